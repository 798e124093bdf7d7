"""What the database refuses about groups and their ledgers, in words."""

from django.utils.translation import gettext_lazy as _

from core import database_messages

database_messages.TRIGGERS |= {
    "meeting_is_open": _("This meeting is sealed. What it says can only be corrected."),
    "ledger_never_changes": _("The ledger is written once. Mistakes are corrected by reversal."),
    "journal_balances": _("This entry does not balance."),
    "journal_has_two_postings": _("This entry has fewer than two lines."),
    "posting_of_one_group": _("This entry names a member or a loan of another group."),
    "journal_is_complete": _("This entry is in the ledger already."),
    "journal_number_once": _("Somebody else has just written into this ledger. Please try again."),
    "journal_follows_the_last": _(
        "Somebody else has just written into this ledger. Please try again."
    ),
    "savings_groups_journal_reverses_id_key": _("This entry has been reversed already."),
    "period_is_open": _("This day lies in a year that is closed."),
    "reversal_is_a_mirror": _("A reversal mirrors the entry it reverses."),
    "balance_on_its_side": _("A box, a bank account, a loan or savings would fall below zero."),
    "opening_is_cleared": _("The opening balances do not add up yet."),
    "closing_stays": _("A closing stays as it was put to the vote. Open the year again instead."),
    "account_stays": _("Only the names of an account can be changed."),
    "loan_terms_stay": _("The terms of a loan stay. Give it new months instead."),
    "currency_stays": _("The currency of a ledger cannot change once something is booked."),
    "rules_stay": _("Something was booked under these rules. Add new rules from a later day on."),
    "voluntary_savings_are_out": _(
        "Members still have voluntary savings. They take them out at a meeting first."
    ),
    "savings_of_the_other_kind_are_out": _(
        "Members still have money saved in the other way. They take it out first."
    ),
    "voluntary_savings_by_the_rules": _("The rules of this group know no voluntary savings."),
    "saving_kind_by_the_rules": _("The rules of this group know no saving of this kind."),
    "stamps_are_whole": _("Stamps are bought and given back whole."),
    "welfare_by_the_rules": _("This group has no welfare fund."),
    "roll_over_by_the_rules": _(
        "This member owes interest, and the rules do not allow adding it to the loan."
    ),
    "welfare_shared_is_not_lent": _(
        "The welfare fund has lent something. Enter the repayment at a meeting first, or write "
        "down rules by which the fund is kept."
    ),
    "stamps_keep_their_price": _(
        "Stamps are out at another price. Close the year first, and let the new price begin after "
        "it."
    ),
    "rules_begin_after_the_ledger": _(
        "Something was booked on or after this day. Rules begin after the last meeting."
    ),
}
