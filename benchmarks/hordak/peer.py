"""django-hordak doing the same work, one order a line: `fill N`, `bulk N`, `each N`, `balances`.

Answers each order with the CPU seconds that it and its database backend took. Runs in the peer's
own environment and knows nothing of Samaki.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import django

GROUPS, MEMBERS = 14, 25


def cpu() -> float:
    from django.db import connection

    connection.ensure_connection()
    pid = connection.connection.info.backend_pid
    on_server = int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    return time.process_time() + on_server


def set_up() -> list:
    """Boxes, incomes, and two accounts for each member, as one account holds one balance."""
    from django.core.management import call_command
    from hordak.models import Account, AccountType

    call_command("migrate", verbosity=0)
    groups = []
    for number in range(GROUPS):

        def account(name, kind, number=number):
            return Account.objects.create(name=f"{number} {name}", type=kind, currencies=["KHR"])

        box = account("box", AccountType.asset)
        interest = account("interest", AccountType.income)
        members = [
            (account(f"saving {m}", AccountType.liability), account(f"loan {m}", AccountType.asset))
            for m in range(MEMBERS)
        ]
        groups.append((box, interest, members))
    return groups


def sheet(group, post) -> None:
    """A receipt of four lines for each of 25 members: box, saving, interest, loan."""
    from django.db import transaction
    from hordak.models import Leg, Transaction
    from moneyed import Money

    box, interest, members = group
    with transaction.atomic():
        for saving, loan in members:
            entry = Transaction.objects.create(date="2026-01-20")
            lines = [
                Leg(transaction=entry, account=box, debit=Money(16_500, "KHR")),
                Leg(transaction=entry, account=saving, credit=Money(5_000, "KHR")),
                Leg(transaction=entry, account=interest, credit=Money(1_500, "KHR")),
                Leg(transaction=entry, account=loan, credit=Money(10_000, "KHR")),
            ]
            post(Leg, lines)


def bulk(leg, lines) -> None:
    leg.objects.bulk_create(lines)


def each(leg, lines) -> None:
    for line in lines:
        line.save(force_insert=True)


def balances() -> int:
    from hordak.models import Account

    return sum(1 for account in Account.objects.with_balances() if account.balance is not None)


def main() -> None:
    django.setup()
    groups = set_up()
    turn = 0
    for order in sys.stdin:
        name, _, count = order.strip().partition(" ")
        before = cpu()
        if name == "balances":
            balances()
        else:
            for _ in range(int(count)):
                sheet(groups[turn % GROUPS], bulk if name in ("bulk", "fill") else each)
                turn += 1
        print(cpu() - before, flush=True)


if __name__ == "__main__":
    main()
