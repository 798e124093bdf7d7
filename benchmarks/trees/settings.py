"""As little Django as the tree libraries need, on a scratch database of the same server."""

import os

import dj_database_url

SECRET_KEY = "benchmark"  # noqa: S105 — opens nothing.
USE_TZ = True
INSTALLED_APPS = ["mptt", "treebeard", "tree_queries", "benchmarks.trees"]
DATABASES = {"default": dj_database_url.parse(os.environ["PEER_DATABASE_URL"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
