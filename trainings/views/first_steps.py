"""The first hour on an empty site: what to enter, in its order, each with the page that does it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from registry.models import Organisation, Project, User


@dataclass(frozen=True)
class Step:
    """One thing to enter; without an address where somebody else has to do it."""

    words: str
    is_done: bool
    address: str | None


def first_steps(user: User) -> list[Step]:
    """Organisation, accounts, project, first training. Only for those who plan trainings."""
    if not user.may("trainings.plan"):
        return []
    steps = [
        (
            _("Enter your organisation"),
            Organisation.objects.owned_by(user).exists(),
            user.may("records.see_all") and user.may("organisations.edit"),
            "organisation-new",
        ),
        (
            _("Give your colleagues accounts"),
            User.objects.exclude(pk=user.pk).exists(),
            user.may("admin.use"),
            "admin:registry_user_add",
        ),
        (
            _("Enter the project that pays for it"),
            Project.objects.visible_to(user).exists(),
            user.may("projects.edit"),
            "project-new",
        ),
        (_("Plan the first training"), False, True, "trainings:new"),
    ]
    return [
        Step(words, is_done, reverse(page) if may else None) for words, is_done, may, page in steps
    ]
