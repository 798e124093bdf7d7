"""The embedded server's life cycle, with real servers in temporary folders."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
import pytest

from config.checks import check_version
from database.__main__ import main
from database.errors import EmbeddedPostgresError
from database.names import APP_ROLE, BACKUP_ROLE, ROLE, SUPERUSER
from database.programs import find_programs
from database.server import (
    ACCESS,
    INSTALLATION_FILE,
    PASSWORDS_FILE,
    PROJECT,
    EmbeddedPostgres,
)

AS_ROOT = os.geteuid() == 0
ROLES = (SUPERUSER, ROLE, APP_ROLE, BACKUP_ROLE)


def connect(server, role=ROLE, **options):
    entry = server.settings(role=role)
    return psycopg.connect(
        host=entry["HOST"],
        port=entry["PORT"],
        user=entry["USER"],
        dbname=entry["NAME"],
        autocommit=True,
        **(entry["OPTIONS"] | options),
    )


def ask(server, question):
    with connect(server) as connection:
        return connection.execute(question).fetchone()[0]


def kill(server):
    """Kill the server as the kernel does when memory runs out, and wait until it is gone."""
    os.kill(int((server.data / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
    while server.status() != "stopped":
        time.sleep(0.01)


def remove(server):
    """Clean up after a test, a durable server too; nothing of it is worth keeping."""
    server.durable = False
    server.destroy()


@pytest.fixture
def new_server(tmp_path):
    """Makes servers in the test's own folder and removes them afterwards."""
    made = []

    def make(home=tmp_path / "home"):
        made.append(EmbeddedPostgres(home, durable=False))
        return made[-1]

    yield make
    for server in made:
        remove(server)


@pytest.fixture(scope="module")
def stopped_server(tmp_path_factory):
    """Initialised once, because that takes seconds, and then copied."""
    server = EmbeddedPostgres(tmp_path_factory.mktemp("original"), durable=False)
    server.ensure()
    server.stop()
    yield server
    remove(server)


@pytest.fixture(scope="module")
def standing_server(tmp_path_factory):
    server = EmbeddedPostgres(tmp_path_factory.mktemp("standing"), durable=False)
    yield server
    remove(server)


@pytest.fixture
def server(standing_server):
    """A running server that tests share: whatever they do, its next start makes it as it was."""
    standing_server.ensure()
    return standing_server


@pytest.fixture
def own_server(new_server, stopped_server):
    """A running server whose files the test may lose, damage, or make like earlier ones.

    Its copy costs ten times what a start costs.
    """
    server = new_server()
    server.home.mkdir()
    subprocess.run(["cp", "-a", stopped_server.folder, server.folder], check=True)
    shutil.copy(stopped_server.mark, server.mark)
    server.ensure()
    return server


@pytest.fixture(scope="module")
def durable_server(tmp_path_factory):
    server = EmbeddedPostgres(tmp_path_factory.mktemp("durable"))
    server.ensure()
    yield server
    remove(server)


def test_asking_for_the_settings_creates_nothing(tmp_path):
    server = EmbeddedPostgres(tmp_path / "home")

    assert server.settings("other")["NAME"] == "other"
    assert server.status() == "missing"
    assert not (tmp_path / "home").exists()
    assert not server.folder.exists()


def test_a_server_starts_once_and_stops(new_server):
    server = new_server()

    assert server.ensure() is True
    assert server.status() == "running"
    assert ask(server, "SELECT current_database()") == "samaki"
    assert server.ensure() is False
    assert server.stop() is True
    assert server.status() == "stopped"
    assert server.stop() is False


def test_the_application_is_no_superuser_but_may_make_test_databases(server):
    rights = "SELECT rolsuper::text || rolcreatedb::text FROM pg_roles WHERE rolname = current_user"

    assert ask(server, rights) == "falsetrue"
    with connect(server) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")


def test_what_was_saved_is_there_after_a_restart(server):
    with connect(server) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 234000 AS riel")
    server.stop()
    server.ensure()

    assert ask(server, "SELECT riel FROM kept") == 234000


def test_a_durable_server_waits_for_the_disk_and_checks_its_pages(durable_server):
    for setting in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
        assert ask(durable_server, f"SHOW {setting}") == "on"


def test_durability_cannot_be_weakened_by_a_configuration_file(durable_server):
    durable_server.stop()
    with (durable_server.data / "postgresql.conf").open("a") as configuration:
        configuration.write("fsync = off\nlisten_addresses = '*'\nhba_file = '/nowhere'\n")
    durable_server.ensure()

    assert ask(durable_server, "SHOW fsync") == "on"
    assert ask(durable_server, "SHOW listen_addresses") == ""


def test_a_durable_server_cannot_be_destroyed(tmp_path):
    with pytest.raises(EmbeddedPostgresError, match="throw-away"):
        EmbeddedPostgres(tmp_path / "home").destroy()


def test_a_throw_away_server_keeps_away_from_the_durable_one(tmp_path):
    durable = EmbeddedPostgres(tmp_path)
    throw_away = EmbeddedPostgres(tmp_path, durable=False)

    assert durable.data != throw_away.data
    assert durable.mark != throw_away.mark
    assert durable.socket_folder != throw_away.socket_folder


def test_the_socket_is_private_and_nothing_listens_on_the_network(server):
    assert server.socket_folder.stat().st_mode & 0o777 == 0o700
    assert ask(server, "SHOW listen_addresses") == ""
    assert ask(server, "SHOW unix_socket_permissions") == "0700"


def test_a_socket_folder_prepared_by_somebody_else_is_refused(new_server, tmp_path):
    server = new_server()
    server.socket_folder = tmp_path / "trap"
    server.socket_folder.symlink_to(tmp_path)

    with pytest.raises(EmbeddedPostgresError, match="belongs to somebody else"):
        server.ensure()
    server.socket_folder.unlink()


@pytest.mark.parametrize("role", [SUPERUSER, ROLE, BACKUP_ROLE])
@pytest.mark.parametrize("password", ["", "the application's"])
def test_the_site_cannot_become_another_role(server, role, password):
    """With what is in its environment: the way to the socket, and the application's password."""
    known = server.password_file(APP_ROLE).read_text().rpartition(":")[2].strip()
    given = {"password": known} if password else {}
    with pytest.raises(psycopg.OperationalError, match="password"):
        connect(server, role, passfile=os.devnull, **given)
    with connect(server, APP_ROLE) as connection:
        assert connection.execute("SELECT current_user").fetchone() == (APP_ROLE,)


def test_each_role_has_a_password_of_its_own_which_only_the_owner_reads(server):
    files = [server.password_file(role) for role in ROLES]

    assert [file.stat().st_mode & 0o777 for file in files] == [0o600] * 4
    assert server.passwords.stat().st_mode & 0o777 == 0o700
    assert len({file.read_text().rpartition(":")[2] for file in files}) == 4


def make_like_an_earlier_version(server):
    """Earlier versions trusted their own system user."""
    (server.data / "pg_hba.conf").write_text("local all all trust\n")
    (server.data / PASSWORDS_FILE).unlink()
    shutil.rmtree(server.passwords)


@pytest.mark.parametrize("running", [True, False])
def test_a_database_of_an_earlier_version_is_locked_at_its_next_start(own_server, running):
    with connect(own_server) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 234000 AS riel")
    if not running:
        own_server.stop()
    make_like_an_earlier_version(own_server)

    assert own_server.ensure() is True
    assert ask(own_server, "SELECT riel FROM kept") == 234000
    with pytest.raises(psycopg.OperationalError, match="no password"):
        connect(own_server, SUPERUSER, passfile=os.devnull)
    assert own_server.ensure() is False


@pytest.mark.parametrize("step", ["_run_alone", "_start", "_psql", "_passwords_mark"])
def test_locking_that_was_interrupted_is_done_again(own_server, monkeypatch, step):
    own_server.stop()
    make_like_an_earlier_version(own_server)

    def is_killed(*_arguments, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        if step == "_passwords_mark":
            patch.setattr("database.server.write_durably", is_killed)
        else:
            patch.setattr(own_server, step, is_killed)
        own_server.ensure()
    own_server.ensure()
    assert ask(own_server, "SELECT 1") == 1
    assert (own_server.data / "pg_hba.conf").read_text() == ACCESS


def test_lost_passwords_are_replaced(server):
    server.password_file(APP_ROLE).unlink()

    assert server.ensure() is True
    with connect(server, APP_ROLE) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


# What is set comes before the password: with a wrong one nobody signs in again.
CHANGES = [
    "ALTER ROLE {role} SET statement_timeout = 1",
    "ALTER ROLE {role} SET default_transaction_read_only = on",
    "ALTER ROLE {role} SET search_path = nowhere",
    "ALTER ROLE {role} IN DATABASE {database} SET statement_timeout = 1",
]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("running", [True, False])
@pytest.mark.parametrize("password", ["'x'", "NULL"])
@pytest.mark.parametrize("role", [ROLE, APP_ROLE, BACKUP_ROLE])
def test_a_role_that_changed_itself_is_as_before_at_the_next_start(server, role, password, running):
    """PostgreSQL lets every role do it; one statement would lock the site out for good."""
    with connect(server, role) as connection:
        for statement in [*CHANGES, f"ALTER ROLE {{role}} PASSWORD {password}"]:
            connection.execute(statement.format(role=role, database=server.settings()["NAME"]))
    if not running:
        server.stop()
    server.ensure()
    with connect(server, role) as connection:
        settings = connection.execute("SELECT count(*) FROM pg_db_role_setting").fetchone()
    assert settings == (0,)


def test_no_password_is_in_the_log_or_in_a_list_of_processes(server):
    known = [server.password_file(role).read_text().rpartition(":")[2].strip() for role in ROLES]
    seen = server.log.read_text() + subprocess.check_output(["ps", "axeww"], text=True)

    assert not [password for password in known if password in seen]


def test_values_of_a_failed_statement_stay_out_of_the_log(server):
    with connect(server) as connection:
        connection.execute("CREATE TABLE person (name text UNIQUE)")
        connection.execute("INSERT INTO person VALUES ('Sok Dara')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO person VALUES ('Sok Dara')")

    assert "duplicate key" in server.log.read_text()
    assert "Dara" not in server.log.read_text()


def test_several_processes_at_once_start_one_server(new_server):
    server = new_server()
    started = [sys.executable, "-m", "database", "--home", str(server.home), "--throw-away"]
    processes = [
        subprocess.Popen([*started, "start"], cwd=PROJECT, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    answers = sorted(process.communicate(timeout=60)[0].strip() for process in processes)

    assert answers == ["already running"] * 3 + ["started"]


def test_a_killed_server_starts_again_at_once_with_all_that_was_saved(durable_server):
    with connect(durable_server) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS value")
    kill(durable_server)

    assert durable_server.ensure() is True
    assert ask(durable_server, "SELECT value FROM kept") == 1


def test_a_killed_server_with_a_busy_connection_starts_again(own_server):
    sleeper = threading.Thread(target=_sleep_until_cut_off, args=[connect(own_server)])
    sleeper.start()
    kill(own_server)

    assert own_server.ensure() is True
    sleeper.join(timeout=10)
    assert not sleeper.is_alive()


def _sleep_until_cut_off(connection):
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT pg_sleep(60)")


def test_a_pid_file_that_names_another_living_process_is_not_believed(own_server):
    own_server.stop()
    lines = [str(os.getpid()), str(own_server.data), "1", "5432", "", "", "", "ready"]
    (own_server.data / "postmaster.pid").write_text("\n".join(lines) + "\n")

    assert own_server.status() == "stopped"
    assert own_server.ensure() is True
    assert ask(own_server, "SELECT 1") == 1


def test_a_vanished_database_is_reported_and_nothing_is_created(own_server):
    own_server.stop()
    moved = own_server.folder / "moved away"
    own_server.data.rename(moved)

    with pytest.raises(EmbeddedPostgresError, match=r"is gone.*delete .*-database-id"):
        own_server.ensure()
    assert not own_server.data.exists()
    moved.rename(own_server.data)
    assert own_server.ensure() is True


def test_a_new_database_is_made_only_after_the_mark_was_removed(own_server):
    own_server.stop()
    own_server.data.rename(own_server.folder / "lost")
    own_server.mark.unlink()

    assert own_server.ensure() is True
    assert own_server.mark.read_text() == (own_server.data / INSTALLATION_FILE).read_text()


def test_the_data_of_another_installation_is_refused(own_server):
    own_server.stop()
    (own_server.data / INSTALLATION_FILE).write_text("0" * 32 + "\n")

    with pytest.raises(EmbeddedPostgresError, match="belongs to another installation"):
        own_server.ensure()
    assert own_server.status() == "stopped"


def test_a_folder_that_is_not_ours_is_refused(new_server):
    server = new_server()
    server.data.mkdir(parents=True)

    with pytest.raises(EmbeddedPostgresError, match="not made by Samaki"):
        server.ensure()


def test_a_lost_mark_is_written_again_from_the_data(own_server):
    before = own_server.mark.read_text()
    own_server.stop()
    own_server.mark.unlink()

    assert own_server.ensure() is True
    assert own_server.mark.read_text() == before


def test_a_first_start_that_was_cut_off_begins_again(new_server):
    server = new_server()
    server.prepare_folders()
    (server.folder / "data.new").mkdir()
    (server.folder / "data.new" / "half").touch()

    assert server.ensure() is True
    assert not (server.data / "half").exists()


@pytest.mark.parametrize(
    "name", ['Sok\'s "home", $HOME `x` \\ ទិន្នន័យ សាមគ្គី', "x" * 200], ids=["strange", "long"]
)
def test_a_home_may_have_any_name(new_server, tmp_path, name):
    server = new_server(tmp_path / name)

    assert server.ensure() is True
    assert ask(server, "SELECT 1") == 1
    assert server.stop() is True


def test_a_home_that_may_not_be_written_is_explained(tmp_path):
    if AS_ROOT:
        home = Path("/proc/samaki")  # Root may write everywhere else.
        error = FileNotFoundError
    else:
        tmp_path.chmod(0o500)
        home, error = tmp_path / "home", EmbeddedPostgresError

    with pytest.raises(error):
        EmbeddedPostgres(home, durable=False).ensure()


def test_a_version_that_is_not_installed_is_named():
    with pytest.raises(EmbeddedPostgresError, match="PostgreSQL 99 was not found"):
        find_programs(99)


def test_the_command_line_reports_and_fails_clearly(new_server, capsys, tmp_path):
    server = new_server()
    options = ["--home", str(server.home), "--throw-away"]

    assert main([*options, "status"]) == 0
    assert capsys.readouterr().out == "missing\n"
    assert main([*options, "start"]) == 0
    assert main([*options, "url", "--role", "backup"]) == 0
    assert BACKUP_ROLE in capsys.readouterr().out
    server.stop()
    server.data.rename(server.folder / "moved")
    assert main([*options, "start"]) == 1
    assert "is gone" in capsys.readouterr().err
    assert main([*options, "destroy"]) == 0
    assert not server.folder.exists()


@pytest.mark.parametrize(("major", "errors"), [(14, 1), (15, 0), (18, 0)])
def test_postgresql_before_15_is_refused_with_a_clear_message(major, errors):
    found = check_version("default", major)

    assert [error.id for error in found] == ["config.E002"] * errors
