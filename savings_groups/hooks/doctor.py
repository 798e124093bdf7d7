"""The doctor looks at every ledger."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.doctor import Finding, State, looks_at
from savings_groups.figures.verification import verify_group
from savings_groups.models import Group


@looks_at(gettext_lazy("Ledgers of the savings groups"))
def ledgers() -> Iterator[Finding]:
    groups = Group.objects.order_by("pk")
    faulty = [str(group.pk) for group in groups.iterator() if verify_group(group)]
    count = groups.count()
    if faulty:
        yield Finding(
            State.BAD,
            _("The ledger is not as it was written: %(groups)s.") % {"groups": ", ".join(faulty)},
            _(
                "Run bin/manage verify_ledger, which names each entry. Change nothing, and compare "
                "with the paper and with the last backup."
            ),
        )
    else:
        yield Finding(
            State.GOOD,
            ngettext("%(count)s ledger is sound.", "%(count)s ledgers are sound.", count)
            % {"count": count},
        )
