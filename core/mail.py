"""Whether letters reach anybody: the one place that knows what stands in for a mail server."""

from django.conf import settings

# They write letters to the log, or nowhere.
STAND_INS = (
    "django.core.mail.backends.console.EmailBackend",
    "django.core.mail.backends.dummy.EmailBackend",
)


def is_delivered() -> bool:
    """Whether a mail server is set up in EMAIL_URL."""
    return settings.EMAIL_BACKEND not in STAND_INS
