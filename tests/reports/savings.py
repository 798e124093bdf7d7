"""Savings groups of the facts, with the amounts as their books have them.

The file says of each payment how much of it was interest and on which day a loan is due, whatever
the group's rules would make of it. So amounts are booked as they stand, by the action through
which everything reaches a ledger.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from savings_groups.actions.closing import close_year
from savings_groups.actions.groups import go_live, set_rules, start_group
from savings_groups.actions.members import add_member
from savings_groups.actions.posting import lock_book, post
from savings_groups.actions.sealing import count_box, seal
from savings_groups.actions.sheets import RowEntry, open_meeting, save_sheet
from savings_groups.bookkeeping import ledger, loans
from savings_groups.bookkeeping.ledger import Event, NewEntry
from savings_groups.figures.situation import situation_of
from savings_groups.models import Group, Loan, Meeting, Member, Rules
from tests.reports.facts import World, day

BY_SHARES = {"saving_kind": "shares", "closing": "share out"}


class Books:
    """The group whose books are entered."""

    def __init__(self, world: World, about: Mapping[str, Any]) -> None:
        self.world, self.about = world, about
        self.members: dict[str, Member] = {}
        self.loans: dict[str, Loan] = {}

    def enter(self) -> Group:
        world, about = self.world, self.about
        first = day(about["meetings"][0]["on"])
        self.group = start_group(
            owner=world.owner, by=world.by, name_latin=about["name"], projects=[world.project]
        )
        price = about.get("share_price")
        rules = {**BY_SHARES, "share_price": price} if price else {}
        # What loans cost is in the file, and calculated nowhere.
        self.rules = set_rules(
            self.group, valid_from=first, by=world.by, several_loans=True, loan_rate=0, **rules
        )
        for name in about["members"]:
            self.members[name] = add_member(
                self.group, person=world.people[name], joined_on=first, by=world.by
            )
        self.group = go_live(self.group, on=first, by=world.by)
        for meeting in about["meetings"]:
            self._hold(meeting)
        if "shared out at the last meeting" in about["kind"]:
            close_year(self.group, through=day(about["meetings"][-1]["on"]), by=world.by)
        return self.group

    def _hold(self, about: Mapping[str, Any]) -> None:
        on = day(about["on"])
        meeting = self._sheet(about, on)
        with transaction.atomic():
            book = lock_book(self.group)
            entries = [*self._entries(about, on)]
            post(
                entries,
                book=book,
                group=self.group,
                rules=self.rules,
                on=on,
                by=self.world.by,
                meeting=meeting,
            )

    def _sheet(self, about: Mapping[str, Any], on: date) -> Meeting:
        """Who was there."""
        by = self.world.by
        meeting = open_meeting(self.group, held_on=on, by=by)
        rows = [
            RowEntry(member.pk, {"attendance": self._attendance(about, name)})
            for name, member in self.members.items()
        ]
        meeting = save_sheet(meeting, version=meeting.version, rows=rows, by=by)
        meeting.refresh_from_db()
        situation = situation_of(self.group, rules=meeting.rules, on=on)
        meeting = count_box(
            meeting, version=meeting.version, pieces={}, loose=situation.in_box, by=by
        )
        return seal(meeting, version=meeting.version, by=by)

    @staticmethod
    def _attendance(about: Mapping[str, Any], name: str) -> str:
        return "present" if name in about["present"] else "absent"

    def _entries(self, about: Mapping[str, Any], on: date) -> list[NewEntry | None]:
        found = []
        for name, shares in about.get("shares", {}).items():
            amount = shares * self.about["share_price"]
            found.append(self._receipt(name, ledger.share_purchase(self._pk(name), amount)))
        for name, amount in about.get("savings", {}).items():
            found.append(self._receipt(name, ledger.saving(self._pk(name), amount)))
        for name, amount in about["fines"].items():
            found.append(self._receipt(name, ledger.fine(self._pk(name), amount)))
        for about_it in about["repayments"]:
            found.append(self._repayment(about_it, on))
        for about_it in about["loans"]:
            found.append(self._loan(about_it))
        for name, amount in about.get("withdrawals", {}).items():
            account = self.rules.savings_account
            lines = ledger.withdrawal(self._pk(name), amount, account=account)
            found.append(ledger.entry(Event.WITHDRAWAL, lines, member=self._pk(name)))
        return found

    def _pk(self, name: str) -> Any:
        return self.members[name].pk

    def _receipt(self, name: str, lines: Sequence[Any]) -> NewEntry | None:
        return ledger.entry(Event.RECEIPT, lines, member=self._pk(name))

    def _repayment(self, about: Mapping[str, Any], on: date) -> NewEntry | None:
        loan = self.loans[about["loan"]]
        interest, principal = about["interest"], about["principal"]
        lines = ledger.repayment(loan.member_id, loan.pk, interest=interest, principal=principal)
        loan.repaid = getattr(loan, "repaid", 0) + principal  # type: ignore[attr-defined]
        if loan.repaid == loan.principal:  # type: ignore[attr-defined]
            Loan.objects.filter(pk=loan.pk).update(settled_on=on)
        return ledger.entry(Event.RECEIPT, lines, member=loan.member_id)

    def _loan(self, about: Mapping[str, Any]) -> NewEntry | None:
        member = self.members[about["member"]]
        due = [(day(on), amount) for on, amount in about["due"]]
        loan = Loan(
            owner=self.world.owner,
            group=self.group,
            member=member,
            number=len(self.loans) + 1,
            rate=Decimal(0),
            principal=about["principal"],
            created_by=self.world.by,
        )
        self._agree(loan, due)
        loan.save(force_insert=True)
        self.loans[about["loan"]] = loan
        lines = ledger.loan_disbursed(member.pk, loan.pk, about["principal"])
        return ledger.entry(Event.LOAN, lines, member=member.pk)

    def _agree(self, loan: Loan, due: Sequence[tuple[date, int]]) -> None:
        """Terms of which the schedule is what was agreed, found by trying."""
        loan.method = loans.Method.DECLINING
        loan.months = len(due)
        for rhythm in loans.Rhythm:
            loan.rules = self._rules(rhythm)
            for back in range(1, 32):
                loan.disbursed_on = due[0][0] - timedelta(days=back)
                parts = [(each.due_on, each.principal) for each in loans.schedule(loan.terms)]
                if parts == list(due):
                    return
        raise ValueError(f"No terms of a loan have this schedule: {due}")

    def _rules(self, rhythm: loans.Rhythm) -> Rules:
        """Rules of other groups' kind of months, for the days on which a loan is due."""
        if rhythm == loans.Rhythm.MONTH:
            return self.rules
        before = self.rules.valid_from - timedelta(days=1 + list(loans.Rhythm).index(rhythm))
        rules, _made = Rules.objects.get_or_create(
            group=self.group,
            valid_from=before,
            defaults={
                "owner": self.world.owner,
                "meets": rhythm,
                "partial_month": "meeting",
                "version": 100 + list(loans.Rhythm).index(rhythm),
            },
        )
        return rules
