"""Posting and balances of the ledger, against plain SQL and against django-hordak.

bin/bench ledger [postings]      1,000,000 unless told otherwise
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from benchmarks.measure import (
    cpu,
    peer,
    print_limit,
    print_ratio,
    scratch_database,
    server_time_only,
    take_turns,
)

SIZE = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
MEMBERS = 25
LINES = 7  # of a filled-in journal
SHEETS = 10  # sheets of each round
ROUNDS = 5
FIRST_GROUPS = 14
NOW_TIMES = 20  # in each round, as one is over too soon


def main() -> None:
    filled = Filled()
    filled.add_groups(FIRST_GROUPS, postings=100_000)
    _against_hordak(filled)
    small = _passbook(filled)
    filled.add_groups(max(SIZE // 5_000 - FIRST_GROUPS, 1), postings=SIZE - 100_000)
    print(f"{'postings in the ledger':<56} {filled.postings():,}")
    _balances()
    _against_itself("passbook of one member, this ledger to a tenth of it", small, filled)
    _posting(filled)
    _sealing(filled)


class Filled:
    """Groups with a history, written straight into the tables; only for measuring."""

    def __init__(self) -> None:
        from registry.models import Organisation, User

        self.owner = Organisation.objects.create(name_latin="Benchmark")
        self.by = User.objects.create(username="clerk", organisation=self.owner, role="field_staff")
        self.groups: list = []
        self.turn = 0

    def add_groups(self, count: int, *, postings: int) -> None:
        from registry.models import Organisation, Person
        from savings_groups.models import Book, Group, Member, Rules

        start = len(self.groups)
        names = [Organisation(name_latin=f"Group {start + n}", kind="group") for n in range(count)]
        Organisation.objects.bulk_create(names)
        groups = [
            Group(owner=self.owner, organisation=name, state="live", live_on=date(2020, 1, 1))
            for name in names
        ]
        Group.objects.bulk_create(groups)
        Book.objects.bulk_create(Book(owner=self.owner, group=group) for group in groups)
        Rules.objects.bulk_create(
            Rules(
                owner=self.owner,
                group=group,
                valid_from=date(2020, 1, 1),
                loan_rate=Decimal(5),
                several_loans=True,
            )
            for group in groups
        )
        people = [
            Person(owner=self.owner, name_latin=f"Member {n}") for n in range(count * MEMBERS)
        ]
        Person.objects.bulk_create(people, batch_size=5_000)
        Member.objects.bulk_create(
            [
                Member(
                    owner=self.owner,
                    group=groups[n // MEMBERS],
                    person=person,
                    number=n % MEMBERS + 1,
                    joined_on=date(2020, 1, 1),
                )
                for n, person in enumerate(people)
            ],
            batch_size=5_000,
        )
        self.groups += groups
        _write_history([group.pk for group in groups], postings // LINES // count)

    def next_group(self):
        self.turn += 1
        return self.groups[self.turn % len(self.groups)]

    def postings(self) -> int:
        from savings_groups.models import Posting

        return Posting.objects.count()


# The history is balanced and its balances are right; its seals are not, which posting does not
# ask. Triggers are off only here.
HISTORY = """
ALTER TABLE savings_groups_posting DISABLE TRIGGER USER;
ALTER TABLE savings_groups_seal DISABLE TRIGGER USER;
ALTER TABLE savings_groups_balance DISABLE TRIGGER USER;
ALTER TABLE savings_groups_book DISABLE TRIGGER USER;
CREATE TEMP TABLE history AS
    SELECT gen_random_uuid() AS id, g.id AS group_id, g.owner_id, r.id AS rules_id, n AS sequence,
           date '2020-01-20' + (n * 800 / {journals}) AS book_date, m.id AS member_id
    FROM savings_groups_group g
    JOIN savings_groups_rules r ON r.group_id = g.id
    CROSS JOIN generate_series(1, {journals}) n
    JOIN savings_groups_member m ON m.group_id = g.id AND m.number = n %% {members} + 1
    WHERE g.id = ANY(%(groups)s);
INSERT INTO savings_groups_seal (journal_id, hash) SELECT id, sha256(id::text::bytea) FROM history;
INSERT INTO savings_groups_journal
    (id, owner_id, group_id, sequence, book_date, event, member_id, rules_id, memo, recorded_at,
     created_by_id)
    SELECT id, owner_id, group_id, sequence, book_date, 'receipt', member_id, rules_id, '', now(),
           %(by)s FROM history;
INSERT INTO savings_groups_posting
    (owner_id, group_id, journal_id, line, account, fund, member_id, amount)
    SELECT owner_id, group_id, id, line, account, fund,
           CASE WHEN of_member THEN member_id END, amount
    FROM history, (VALUES
        (1, 1010, 'loan', false, 9000), (2, 2010, 'loan', true, -5000),
        (3, 4010, 'loan', true, -1500), (4, 4020, 'loan', true, -2000),
        (5, 4030, 'loan', true, -500), (6, 1020, 'welfare', false, 500),
        (7, 3200, 'welfare', true, -500)
    ) AS l (line, account, fund, of_member, amount);
INSERT INTO savings_groups_balance (group_id, account, fund, member_id, side, amount)
    SELECT p.group_id, p.account, p.fund, CASE WHEN a.by_member THEN p.member_id END, a.side,
           sum(p.amount)
    FROM savings_groups_posting p JOIN savings_groups_account a ON a.code = p.account
    WHERE p.group_id = ANY(%(groups)s) GROUP BY 1, 2, 3, 4, 5;
UPDATE savings_groups_book SET sequence = {journals}, head = sha256(group_id::text::bytea)
    WHERE group_id = ANY(%(groups)s);
DROP TABLE history;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE savings_groups_posting ENABLE TRIGGER USER;
ALTER TABLE savings_groups_seal ENABLE TRIGGER USER;
ALTER TABLE savings_groups_balance ENABLE TRIGGER USER;
ALTER TABLE savings_groups_book ENABLE TRIGGER USER;
"""


def _write_history(groups: list, journals: int) -> None:
    from django.db import connection, transaction

    from registry.models import User

    values = {"groups": groups, "by": User.objects.get(username="clerk").pk}
    script = HISTORY.format(journals=journals, members=MEMBERS)
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in filter(str.strip, script.split(";\n")):
            cursor.execute(statement, values if "%(" in statement else None)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


# --- Posting --------------------------------------------------------------------------------


def _entries(group) -> list:
    """A receipt of four lines for each member: box, saving, interest, fee."""
    from savings_groups.bookkeeping.ledger import Account, EntryLine, Event, NewEntry

    return [
        NewEntry(
            Event.RECEIPT,
            (
                EntryLine(Account.BOX, 16_500),
                EntryLine(Account.SAVINGS, -5_000, member=pk),
                EntryLine(Account.LOAN_INTEREST, -1_500, member=pk),
                EntryLine(Account.FEES, -10_000, member=pk),
            ),
            pk,
        )
        for pk in group.members.values_list("pk", flat=True)
    ]


def _post(filled: Filled, prepared: dict) -> None:
    from django.db import transaction

    from savings_groups.actions.posting import lock_book, post

    for _ in range(SHEETS):
        group = filled.next_group()
        with transaction.atomic():
            book = lock_book(group)
            post(
                prepared[group.pk],
                book=book,
                group=group,
                rules=prepared["rules"][group.pk],
                on=date(2026, 1, 20),
                by=filled.by,
            )


UNCHECKED = """
CREATE TABLE IF NOT EXISTS unchecked_journal
    (LIKE savings_groups_journal INCLUDING DEFAULTS INCLUDING IDENTITY);
CREATE TABLE IF NOT EXISTS unchecked_posting
    (LIKE savings_groups_posting INCLUDING DEFAULTS INCLUDING IDENTITY);
"""


def _make_unchecked() -> None:
    """The same tables with the same indexes and rows, and no rule, key or trigger."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(UNCHECKED)
        for table in ("journal", "posting"):
            cursor.execute(
                "SELECT indexdef FROM pg_indexes WHERE tablename = %s", [f"savings_groups_{table}"]
            )
            for number, (definition,) in enumerate(cursor.fetchall()):
                head, _, rest = definition.partition(" ON ")
                made = f"CREATE INDEX unchecked_{table}_{number} ON {rest}"
                assert head
                cursor.execute(made.replace(f"savings_groups_{table}", f"unchecked_{table}"))
            cursor.execute(f"INSERT INTO unchecked_{table} SELECT * FROM savings_groups_{table}")
        cursor.execute("VACUUM ANALYZE unchecked_journal, unchecked_posting")


def _insert_unchecked(filled: Filled, prepared: dict) -> None:
    """The same rows by one statement for each table."""
    from django.db import connection, transaction
    from django.utils import timezone
    from uuid6 import uuid7

    for _ in range(SHEETS):
        group = filled.next_group()
        entries = prepared[group.pk]
        keys = [uuid7() for _ in entries]
        lines = [
            (key, number, int(line.account), line.member, line.amount)
            for key, entry in zip(keys, entries, strict=True)
            for number, line in enumerate(entry.lines, start=1)
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO unchecked_journal (id, owner_id, group_id, sequence, book_date, event,"
                " member_id, rules_id, memo, recorded_at, created_by_id)"
                " SELECT k, %s, %s, s, '2026-01-20', 'receipt', m, %s, '', %s, %s"
                " FROM unnest(%s::uuid[], %s::bigint[], %s::uuid[]) AS u (k, s, m)",
                [
                    filled.owner.pk,
                    group.pk,
                    prepared["rules"][group.pk].pk,
                    timezone.now(),
                    filled.by.pk,
                    keys,
                    list(range(len(keys))),
                    [entry.member for entry in entries],
                ],
            )
            cursor.execute(
                "INSERT INTO unchecked_posting (owner_id, group_id, journal_id, line, account,"
                " fund, member_id, amount)"
                " SELECT %s, %s, k, n, a, 'loan', m, s FROM"
                " unnest(%s::uuid[], %s::int[], %s::int[], %s::uuid[], %s::bigint[])"
                " AS u (k, n, a, m, s)",
                [filled.owner.pk, group.pk, *[list(column) for column in zip(*lines, strict=True)]],
            )


def _prepare(filled: Filled) -> dict:
    from savings_groups.models import Rules

    prepared: dict = {group.pk: _entries(group) for group in filled.groups[:FIRST_GROUPS]}
    prepared["rules"] = {rules.group_id: rules for rules in Rules.objects.select_related("group")}
    return prepared


def _posting(filled: Filled) -> None:
    _make_unchecked()
    filled.groups = filled.groups[:FIRST_GROUPS]
    prepared = _prepare(filled)
    with server_time_only():
        spent = take_turns(
            {
                "ours": lambda: _post(filled, prepared),
                "plain": lambda: _insert_unchecked(filled, prepared),
            },
            rounds=ROUNDS,
            times=3,
        )
    print_ratio("posting 25 receipts, server, to unchecked inserts", spent["ours"], spent["plain"])
    filled.prepared = prepared


def _sealing(filled: Filled) -> None:
    """The whole of sealing a counted sheet of 25 members: read, check, post."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counted = iter([_counted(group, filled.by, n) for n in range(8) for group in filled.groups])
    from savings_groups.actions.sealing import seal

    def ours() -> None:
        for _ in range(SHEETS):
            meeting = next(counted)
            seal(meeting, version=meeting.version, by=filled.by)

    first = next(counted)
    with CaptureQueriesContext(connection) as queries:
        seal(first, version=first.version, by=filled.by)
    print_limit("queries of sealing a sheet of 25", len(queries), 10, "queries")
    with server_time_only():
        spent = take_turns(
            {"ours": ours, "plain": lambda: _insert_unchecked(filled, filled.prepared)},
            rounds=ROUNDS,
        )
    print_ratio(
        "sealing a sheet of 25, server, to unchecked inserts", spent["ours"], spent["plain"]
    )


def _counted(group, by, number: int):
    """The second sheet of a copy of the group, so that each can be sealed by itself."""
    from savings_groups.actions.groups import go_live, set_rules, start_group
    from savings_groups.actions.members import add_member
    from savings_groups.actions.sealing import seal

    copy = start_group(owner=group.owner, name_latin=f"{group} {number}", by=by)
    set_rules(copy, valid_from=date(2020, 1, 1), loan_rate=Decimal(5), joining_fee=1, by=by)
    members = [
        add_member(copy, person=member.person, joined_on=date(2020, 1, 1), by=by)
        for member in group.members.select_related("person")
    ]
    copy = go_live(copy, on=date(2020, 1, 1), by=by)
    # A first meeting makes every balance; those that follow move what is there.
    first = _counted_sheet(copy, members, date(2026, 1, 13), box=0, by=by)
    seal(first, version=first.version, by=by)
    return _counted_sheet(copy, members, date(2026, 1, 20), box=162_500, by=by)


def _counted_sheet(group, members: list, on: date, *, box: int, by):
    """A sheet on which everybody saves, and the box that was counted after it."""
    from savings_groups.actions.sealing import count_box
    from savings_groups.actions.sheets import RowEntry, open_meeting, save_sheet

    meeting = open_meeting(group, held_on=on, by=by)
    rows = [
        RowEntry(member.pk, {"saving": 5_000, "fee": 1_000, "welfare": 500}) for member in members
    ]
    meeting = save_sheet(meeting, version=meeting.version, rows=rows, by=by)
    return count_box(meeting, version=meeting.version, pieces={}, loose=box + 162_500, by=by)


# --- Balances -------------------------------------------------------------------------------

SUMMED = """
    SELECT group_id, account, fund, sum(amount) FROM savings_groups_posting GROUP BY 1, 2, 3
"""
AS_OF = """
    SELECT p.group_id, p.account, p.fund, sum(p.amount)
    FROM savings_groups_posting p JOIN savings_groups_journal j ON j.id = p.journal_id
    WHERE j.book_date <= '2021-06-30' GROUP BY 1, 2, 3
"""


def _balances() -> None:
    from django.db import connection

    from savings_groups.figures.statements import trial_balances

    def plain(text: str) -> Callable[[], list]:
        def ask() -> list:
            with connection.cursor() as cursor:
                cursor.execute(text)
                return cursor.fetchall()

        return ask

    spent = take_turns(
        {
            "now": lambda: [trial_balances() for _ in range(NOW_TIMES)],
            "summed": plain(SUMMED),
            "then": lambda: trial_balances(on=date(2021, 6, 30)),
            "as of": plain(AS_OF),
        },
        rounds=ROUNDS,
    )
    now = [seconds / NOW_TIMES for seconds in spent["now"]]
    print_ratio("trial balance of all groups now, to summing", now, spent["summed"])
    print_ratio("trial balance of a past day, to plain SQL", spent["then"], spent["as of"])
    with server_time_only():
        spent = take_turns(
            {
                "now": lambda: [trial_balances() for _ in range(NOW_TIMES)],
                "summed": plain(SUMMED),
            },
            rounds=ROUNDS,
        )
    now = [seconds / NOW_TIMES for seconds in spent["now"]]
    print_ratio("trial balance of all groups now, server, to summing", now, spent["summed"])


def _passbook(filled: Filled) -> list[float]:
    from savings_groups.figures.passbook import passbook_of

    member = filled.groups[0].members.select_related("person", "group__organisation").first()
    return take_turns({"ours": lambda: [passbook_of(member) for _ in range(20)]}, rounds=ROUNDS)[
        "ours"
    ]


def _against_itself(what: str, small: list[float], filled: Filled) -> None:
    print_ratio(what, _passbook(filled), small)


# --- django-hordak --------------------------------------------------------------------------


def _against_hordak(filled: Filled) -> None:
    """The same sheets, and the balances of all accounts."""
    from savings_groups.models import Balance

    prepared = _prepare(filled)
    with peer("hordak") as answer:

        def order(text: str) -> float:
            return float(answer(text))

        order("fill 300")  # 30,000 lines; ours has 100,000 by now
        ours, bulk, each = [], [], []
        for _ in range(ROUNDS):
            before = cpu()
            _post(filled, prepared)
            ours.append(cpu() - before)
            bulk.append(order(f"bulk {SHEETS}"))
            each.append(order(f"each {SHEETS}"))
        print_ratio("django-hordak, lines one by one, to ours: a sheet", each, ours)
        print_ratio("django-hordak, bulk_create, to ours: a sheet", bulk, ours)
        spent, theirs = [], []
        for _ in range(3):
            before = cpu()
            for _ in range(10):
                list(Balance.objects.values_list("group", "account", "member", "amount"))
            spent.append((cpu() - before) / 10)
            theirs.append(order("balances"))
        print_ratio("django-hordak to ours: every balance", theirs, spent)


if __name__ == "__main__":
    with scratch_database():
        main()
