"""What every installation begins with: the chart of accounts and two grading schemes.

Loaded after each migration. Names that administrators have changed stay as they are.
"""

from __future__ import annotations

from typing import Any

from django.db import DEFAULT_DB_ALIAS

from savings_groups.bookkeeping.ledger import BY_LOAN, BY_MEMBER, Account, normal_side

NAMES = {
    Account.BOX: ("ហិបប្រាក់ មូលនិធិកម្ចី", "Cash box, loan fund"),
    Account.WELFARE_BOX: ("ហិបប្រាក់ មូលនិធិសង្គម", "Cash box, welfare fund"),
    Account.ADMINISTRATION_BOX: ("ហិបប្រាក់ មូលនិធិរដ្ឋបាល", "Cash box, administration fund"),
    Account.TRANSIT: ("សាច់ប្រាក់កំពុងផ្ទេរ", "Cash in transit"),
    Account.BANK: ("ប្រាក់នៅធនាគារ", "Bank or microfinance account"),
    Account.LOANS: ("កម្ចីរបស់សមាជិក", "Loans to members"),
    Account.INTEREST_RECEIVABLE: ("ការប្រាក់ត្រូវទទួល", "Interest receivable"),
    Account.FINES_RECEIVABLE: ("ប្រាក់ពិន័យត្រូវទទួល", "Fines receivable"),
    Account.WELFARE_LOANS: ("កម្ចីពីមូលនិធិសង្គម", "Loans of the welfare fund"),
    Account.LOAN_LOSS_ALLOWANCE: ("សំវិធានធនកម្ចីខាតបង់", "Allowance for loan losses"),
    Account.DUE_FROM_FUNDS: ("ត្រូវទទួលពីមូលនិធិផ្សេង", "Due from other funds"),
    Account.PROPERTY: ("ទ្រព្យសម្បត្តិរបស់ក្រុម", "Group property"),
    Account.SAVINGS: ("ប្រាក់សន្សំរបស់សមាជិក", "Savings of members"),
    Account.LEAVERS_PART: ("ចំណែកចំណេញរបស់អ្នកចាកចេញ", "Part of the profit of leavers"),
    Account.VOLUNTARY_SAVINGS: ("ប្រាក់សន្សំស្ម័គ្រចិត្ត", "Voluntary savings of members"),
    Account.OWED_TO_LEAVERS: ("ជំពាក់សមាជិកដែលចាកចេញ", "Owed to members who left"),
    Account.DECLARED: ("ចំណែកដែលត្រូវបើក", "Shares of profit to be paid"),
    Account.OVERPAYMENTS: ("ប្រាក់បង់លើសរបស់សមាជិក", "Over-payments of members"),
    Account.EXTERNAL_LOAN: ("កម្ចីពីខាងក្រៅ", "Loan from outside"),
    Account.REVOLVING_FUND: ("មូលនិធិបង្វិលរបស់អង្គការ", "Revolving fund of the NGO"),
    Account.DUE_TO_FUNDS: ("ជំពាក់មូលនិធិផ្សេង", "Due to other funds"),
    Account.SHARES: ("ភាគហ៊ុនរបស់សមាជិក", "Shares of members"),
    Account.CAPITAL: ("ដើមទុនរបស់ក្រុម", "Group capital"),
    Account.ADMINISTRATION_FUND: ("មូលនិធិរដ្ឋបាល", "Administration fund"),
    Account.WELFARE_FUND: ("មូលនិធិសង្គម", "Welfare fund"),
    Account.GRANTS: ("ជំនួយឥតសំណង", "Grants kept"),
    Account.OPENING: ("គណនីសម្អាតសមតុល្យដើមគ្រា", "Opening balances, clearing"),
    Account.LOAN_INTEREST: ("ការប្រាក់កម្ចី", "Interest on loans"),
    Account.FINES: ("ប្រាក់ពិន័យ", "Fines"),
    Account.FEES: ("ថ្លៃចូលជាសមាជិក", "Joining fees"),
    Account.BANK_INTEREST: ("ការប្រាក់ពីធនាគារ", "Interest from the bank"),
    Account.ENTERPRISE: ("ចំណូលមុខរបររបស់ក្រុម", "Income of the group's enterprise"),
    Account.DONATIONS: ("វិភាគទានសម្រាប់ចំណាយ", "Donations for running costs"),
    Account.CASH_OVER: ("ប្រាក់លើស", "Cash over"),
    Account.STATIONERY: ("សម្ភារៈ និងការធ្វើដំណើរ", "Stationery and transport"),
    Account.BANK_CHARGES: ("សេវាធនាគារ", "Bank charges"),
    Account.INTEREST_ON_SAVINGS: ("ការប្រាក់លើប្រាក់សន្សំ", "Interest on savings"),
    Account.INTEREST_ON_EXTERNAL_LOAN: ("ការប្រាក់កម្ចីពីខាងក្រៅ", "Interest on the loan from outside"),
    Account.LOAN_LOSSES: ("កម្ចីខាតបង់", "Loan losses"),
    Account.WELFARE_HELP: ("ជំនួយសង្គម", "Welfare help"),
    Account.VILLAGE_WORKS: ("ការងារភូមិ", "Village works"),
    Account.CASH_SHORT: ("ប្រាក់ខ្វះ", "Cash short"),
    Account.ROUNDING: ("ការបង្គត់", "Rounding"),
}

# The bands are those of the sources named; the weights are equal.
SCHEMES: list[tuple[dict[str, Any], list[tuple[str, list[list[float]]]]]] = [
    (
        {
            "code": "five-rules",
            "name_km": "វិធានទាំងប្រាំ",
            "name_en": "Five rules of a good group",
            "source": "NRLM panchasutra: five rules of 20 points each; A above 85, B from 75.",
            "is_default": True,
            "a_is_above": True,
        },
        [
            ("meetings_held", [[90, 10], [70, 5], [0, 3]]),
            ("attendance", [[90, 10], [60, 5], [0, 3]]),
            ("members_saving", [[90, 10], [70, 5], [0, 3]]),
            ("loan_fund_use", [[80, 10], [60, 5], [0, 3]]),
            ("repaid_on_schedule", [[80, 10], [60, 5], [0, 3]]),
        ],
    ),
    (
        {
            "code": "books-and-loans",
            "name_km": "បញ្ជី និងកម្ចី",
            "name_en": "Books and loans",
            "source": "Bands after the annexes for grading SHGs; the choice of figures is ours.",
        },
        [
            ("attendance", [[90, 10], [60, 5], [0, 3]]),
            ("retention", [[90, 10], [70, 5], [0, 3]]),
            ("repaid_on_schedule", [[80, 10], [60, 5], [0, 3]]),
            ("counts_that_agreed", [[95, 10], [80, 5], [0, 3]]),
        ],
    ),
]


def load(*, using: str = DEFAULT_DB_ALIAS, **_signal: Any) -> None:
    """Add the accounts and, the first time, the grading schemes."""
    from savings_groups.models import Account as AccountRow

    AccountRow.objects.using(using).bulk_create(
        [
            AccountRow(
                code=account.value,
                name_km=NAMES[account][0],
                name_en=NAMES[account][1],
                side=normal_side(account),
                by_member=account in BY_MEMBER,
                by_loan=account in BY_LOAN,
            )
            for account in Account
        ],
        ignore_conflicts=True,
    )
    _load_schemes(using)


def _load_schemes(using: str) -> None:
    from savings_groups.models import Criterion, GradingScheme

    if GradingScheme.objects.using(using).exists():
        return
    for details, criteria in SCHEMES:
        scheme = GradingScheme.objects.using(using).create(**details)
        Criterion.objects.using(using).bulk_create(
            Criterion(scheme=scheme, figure=figure, bands=bands) for figure, bands in criteria
        )
