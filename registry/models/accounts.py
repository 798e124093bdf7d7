"""Staff accounts. What a role may do is written in `registry/roles.toml`."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from registry import roles
from registry.models.base import tracked


class AccountManager(UserManager["User"]):
    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra: Any
    ) -> User:
        """Make the first administrator; `createsuperuser` calls this."""
        return self.create_user(
            username, email, password, **(extra | {"role": User.Role.ADMINISTRATOR})
        )


# A password's history is worth nothing to us and much to a thief.
@tracked(exclude=["password", "last_login"])
class User(AbstractUser):
    """A member of staff, or a funder, who signs in."""

    class Role(models.TextChoices):
        FIELD_STAFF = "field_staff", _("Field staff")
        COORDINATOR = "coordinator", _("Coordinator")
        ADMINISTRATOR = "administrator", _("Administrator")
        FUNDER = "funder", _("Funder")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    role = models.CharField(
        _("role"), max_length=20, choices=Role.choices, default=Role.FIELD_STAFF
    )
    organisation = models.ForeignKey(
        "registry.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="staff",
        help_text=_("Staff see the records of this organisation and of those below it."),
    )
    language = models.CharField(
        _("language"),
        max_length=2,
        blank=True,
        choices=[("en", _("English")), ("km", _("Khmer"))],
    )
    # The accounts of the demonstration, whose password is printed for everyone to read.
    is_demo = models.BooleanField(_("demonstration account"), default=False, editable=False)

    objects = AccountManager()  # type: ignore[misc]  # The stubs know one manager.

    class Meta(AbstractUser.Meta):
        verbose_name = _("staff account")  # type: ignore[assignment]  # The stubs expect a plain text.
        verbose_name_plural = _("staff accounts")  # type: ignore[assignment]  # The same.
        constraints = [
            models.CheckConstraint(
                name="only_administrators_use_the_admin",
                condition=Q(role="administrator", is_staff=True, is_superuser=True)
                | (~Q(role="administrator") & Q(is_staff=False, is_superuser=False)),
            ),
            models.CheckConstraint(
                name="everyone_but_administrators_has_an_organisation",
                condition=Q(role="administrator") | Q(organisation__isnull=False),
                violation_error_message=_("This role needs an organisation."),
            ),
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="email_once",
                violation_error_message=_("Another account has this e-mail address."),
            ),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.is_staff = self.is_superuser = self.role == self.Role.ADMINISTRATOR
        super().save(*args, **kwargs)

    def may(self, permission: str) -> bool:
        """Whether her role has a permission of `registry/roles.toml`."""
        return self.is_active and permission in roles.permissions_of(self.role)

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username
