"""What the registry adds to the first page: what waits for who looks after the installation."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from core.doctor import data
from core.models import Document
from core.page_sections import Need, Place, says_what_waits
from registry.models import User

SAYS_MORE = "bin/manage doctor"


@says_what_waits(Place.INSTALLATION)
def administration_that_waits(user: User) -> Iterator[Need]:
    """New accounts, and what the doctor counts as given up or not confirmed.

    The other looks of the doctor ask disks and other machines, which is too slow for a page.
    """
    if not user.may("admin.use"):
        return
    new = {"is_active__exact": 1, "signed_in": "never"}
    accounts = f"{reverse('admin:registry_user_changelist')}?{urlencode(new)}"
    unused = User.objects.filter(is_active=True, last_login=None).count()
    yield Need(unused, _("accounts that nobody signed in to yet"), accounts)
    failed = {"state__exact": Document.State.FAILED.value}
    papers = f"{reverse('admin:registry_document_changelist')}?{urlencode(failed)}"
    yield Need(data.papers_given_up(), _("papers or files that could not be made"), papers)
    yield Need(data.jobs_given_up(), _("jobs that were given up"), "", SAYS_MORE)
    yield Need(data.unfinished_imports(), _("uploaded files not confirmed"), "", SAYS_MORE)
