"""Staff accounts. What a role may do is written in `registry/accounts/roles.toml`."""

from __future__ import annotations

from typing import Any, ClassVar

import pgtrigger
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.auth.password_validation import validate_password
from django.db import models, transaction
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

from core.models.base import tracked
from registry.accounts import roles
from registry.models.owned import organisations_under


class AccountManager(UserManager["User"]):
    def create_superuser(
        self, username: str, email: str | None = None, password: str | None = None, **extra: Any
    ) -> User:
        """Make the first administrator; `createsuperuser` calls this.

        Raises ValidationError for a weak password: one that comes from the environment is
        looked at nowhere else.
        """
        if password:
            validate_password(password, self.model(username=username, email=email or ""))
        return self.create_user(
            username, email, password, **(extra | {"role": User.Role.ADMINISTRATOR})
        )


# A password's history is worth nothing to us and much to a thief.
@tracked(exclude=["password", "last_login", "sessions_epoch"])
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
    # An administrator knows it; the owner chooses another one at the first sign-in.
    must_change_password = models.BooleanField(
        _("must choose another password"), default=False, editable=False
    )
    # Part of every session of the account: counting on ends them all.
    sessions_epoch = models.PositiveIntegerField(default=0, editable=False)

    objects: ClassVar = AccountManager()

    class Meta(AbstractUser.Meta):
        verbose_name: ClassVar[Any] = _("staff account")  # The stubs expect a plain text.
        verbose_name_plural: ClassVar[Any] = _("staff accounts")
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
        triggers = [
            # A session that was ended is not there again when the account is used again, or when
            # somebody saves an older state of the row.
            pgtrigger.Trigger(
                name="ended_sessions_stay_ended",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    NEW.sessions_epoch = GREATEST(OLD.sessions_epoch, NEW.sessions_epoch);
                    IF OLD.is_active AND NOT NEW.is_active THEN
                        NEW.sessions_epoch = NEW.sessions_epoch + 1;
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.is_staff = self.is_superuser = self.role == self.Role.ADMINISTRATOR
        with transaction.atomic():
            super().save(*args, **kwargs)
            fields = kwargs.get("update_fields")
            if fields is None or "email" in fields:
                self._adopt_address()

    def _adopt_address(self) -> None:
        """Let `email`, and no other address, count as the verified one of this account.

        Only an administrator writes it here, or django-allauth after its owner has verified it.
        Addresses that wait for their owner's word are of no use after that.
        """
        from allauth.account.models import EmailAddress  # It asks for this model.

        email = self.email.lower()
        addresses = EmailAddress.objects.filter(user=self)
        is_known = addresses.filter(email=email, primary=True, verified=True).exists()
        if is_known or (not email and not addresses.filter(primary=True).exists()):
            return
        addresses.delete()
        if email:
            addresses.create(user=self, email=email, primary=True, verified=True)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Sessions end when the password, the role or the organisation is another one."""
        parts = [self.password, self.role, str(self.organisation_id), str(self.sessions_epoch)]
        return salted_hmac(
            "registry.models.User.sessions", "|".join(parts), secret=secret, algorithm="sha256"
        ).hexdigest()

    def may(self, permission: str) -> bool:
        """Whether the role has a permission of `registry/accounts/roles.toml`."""
        return self.is_active and permission in roles.permissions_of(self.role)

    def organisations(self) -> RawSQL:
        """A subquery of the identifiers of the account's organisation and all below it."""
        return organisations_under(self.organisation_id)

    @property
    def display_name(self) -> str:
        return self.get_full_name() or self.username
