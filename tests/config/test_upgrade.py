"""A new version on the data of an older one."""

import pytest
from django.core.management import CommandError
from django.db.migrations.recorder import MigrationRecorder

from config.upgrade import bring_up_to_date, changes_tables
from database.errors import DatabaseError
from registry.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.as_owner]


@pytest.fixture
def of_an_older_version(administrator):
    """Somebody works here, and the newest migration of an app has not run yet."""
    applied = MigrationRecorder.Migration.objects.filter(app="cascades")
    applied.filter(name=applied.order_by("-name")[0].name).delete()


def test_the_same_version_is_prepared_at_once():
    prepared = []

    bring_up_to_date(lambda: prepared.append(1), lambda words: prepared.append(words))
    assert prepared == [1]


def test_a_new_version_changes_tables_that_hold_something(of_an_older_version):
    assert changes_tables()


def test_a_first_start_has_nothing_to_lose():
    MigrationRecorder.Migration.objects.all().delete()

    assert not changes_tables()


def test_a_first_start_that_was_broken_off_has_nothing_to_lose_either(of_an_older_version):
    User.objects.all().delete()

    assert not changes_tables()


def test_without_a_backup_nothing_is_changed(of_an_older_version, settings, tmp_path):
    """The folder is of no installation, so nobody answers there."""
    settings.BACKUP_LOGIN = None
    changed = []

    with pytest.raises(CommandError, match="The data is as it was") as refused:
        bring_up_to_date(lambda: changed.append(1), lambda words: None)
    assert isinstance(refused.value.__cause__, DatabaseError)
    assert not changed


def test_data_of_a_newer_version_is_refused(administrator):
    MigrationRecorder.Migration.objects.create(app="registry", name="0999_of_tomorrow")

    with pytest.raises(CommandError, match=r"newer version of Samaki \(registry.0999_of_tomorrow"):
        changes_tables()


def test_migrations_of_a_package_that_is_gone_are_no_newer_version(administrator):
    MigrationRecorder.Migration.objects.create(app="axes", name="0009_gone")

    assert not changes_tables()
