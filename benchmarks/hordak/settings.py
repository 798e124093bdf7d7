"""As little Django as django-hordak needs, on a scratch database of the same server."""

import os

import dj_database_url

SECRET_KEY = "benchmark"  # noqa: S105 — opens nothing.
USE_TZ = True
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "mptt", "hordak"]
DATABASES = {"default": dj_database_url.parse(os.environ["PEER_DATABASE_URL"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CURRENCIES = ["KHR", "EUR"]
# Its converter knows no riel; amounts are in riel all the same.
HORDAK_INTERNAL_CURRENCY = "EUR"
