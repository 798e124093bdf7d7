"""A new version on the data of an older one."""

import pytest
from django.core.management import CommandError
from django.db.migrations.recorder import MigrationRecorder

from config.upgrade import back_up_before_migrating, changes_tables
from database.errors import EmbeddedPostgresError
from registry.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.as_owner]


@pytest.fixture
def of_an_older_version(administrator):
    """Somebody works here, and the newest migration of an app has not run yet."""
    applied = MigrationRecorder.Migration.objects.filter(app="cascades")
    applied.filter(name=applied.order_by("-name")[0].name).delete()


def test_the_same_version_changes_nothing_and_makes_no_dump():
    assert not changes_tables()
    assert back_up_before_migrating() is None


def test_a_new_version_changes_tables_that_hold_something(of_an_older_version):
    assert changes_tables()


def test_a_first_start_has_nothing_to_lose():
    MigrationRecorder.Migration.objects.all().delete()

    assert not changes_tables()


def test_a_first_start_that_was_broken_off_has_nothing_to_lose_either(of_an_older_version):
    User.objects.all().delete()

    assert not changes_tables()


def test_without_a_dump_nothing_is_changed(of_an_older_version, settings, tmp_path):
    """The folder is of no installation, so its data cannot be dumped."""
    settings.SAMAKI_HOME = tmp_path

    with pytest.raises(CommandError, match="Nothing was changed") as refused:
        back_up_before_migrating()
    assert isinstance(refused.value.__cause__, EmbeddedPostgresError)
