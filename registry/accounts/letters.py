"""Letters to people with an account, all on one way: through the mail server of `EMAIL_URL`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.utils import translation

from registry.models import User


def write_to(user: User, template_prefix: str, context: Mapping[str, Any]) -> None:
    """Send a letter in the language of the account, looking like those about accounts.

    Raises OSError, of which SMTPException is one, when the mail server does not take it.
    """
    with translation.override(user.language or settings.LANGUAGE_CODE):
        letter = get_adapter().render_mail(template_prefix, user.email, dict(context))
    letter.send()
