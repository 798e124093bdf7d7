"""What a member pays in as one sum is divided: what is due first, and the rest is saved."""

import pytest

from savings_groups.bookkeeping.loans import Order
from savings_groups.forms.paid_in import CannotBeDivided, divide

DUE = {"fine_paid": 500, "welfare": 500, "repayment": 23_000, "saving": 5_000}


@pytest.mark.parametrize(
    ("paid", "parts"),
    [
        # 500 + 500 + 23,000 + 5,000
        (29_000, DUE),
        (30_000, DUE | {"saving": 6_000}),
        # 500 + 500, and 4,000 of the loan.
        (5_000, DUE | {"repayment": 4_000, "saving": 0}),
        (0, dict.fromkeys(DUE, 0)),
    ],
)
def test_what_is_due_is_paid_first(paid, parts):
    assert divide(paid, DUE, order=Order.INTEREST_PRINCIPAL, rest="saving") == parts


def test_fines_come_after_the_loan_where_the_rule_says_so():
    """24,000 = 500 for welfare, 23,000 of the loan, and 500 that pay the fine; nothing is saved."""
    order = Order.INTEREST_PRINCIPAL_FINES
    assert divide(24_000, DUE, order=order, rest="saving") == DUE | {"saving": 0}
    without_fine = DUE | {"fine_paid": 0, "saving": 0}
    assert divide(23_500, DUE, order=order, rest="saving") == without_fine


def test_a_rest_that_buys_no_whole_stamp_is_asked_about():
    due = {"welfare": 500, "saving": 0}
    order = Order.INTEREST_PRINCIPAL
    parts = divide(4_500, due, order=order, rest="saving", stamp=2_000)
    assert parts == {"welfare": 500, "saving": 4_000}
    with pytest.raises(CannotBeDivided):
        divide(5_000, due, order=order, rest="saving", stamp=2_000)
