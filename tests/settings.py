"""The settings of the tests: the product's, on a database that a test may empty.

Tests sign in as the application's role, as the product does. The role that owns the tables makes
the database and empties it; see tests/database/base.py.
"""

from config.settings import *  # noqa: F403
from config.settings import DATABASES, INSTALLED_APPS, env

# For its `flush`.
INSTALLED_APPS = ["tests.database", *INSTALLED_APPS]

OWNER = env.db("OWNER_DATABASE_URL")
DATABASES["default"] |= {
    "ENGINE": "tests.database",
    "OWNER": {key: OWNER.get(key, {}) for key in ("USER", "PASSWORD", "OPTIONS")},
}
