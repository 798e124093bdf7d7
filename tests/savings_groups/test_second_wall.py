"""What the role of the web server and the worker may not do with a ledger; see core/grants.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.db import connection
from uuid6 import uuid7

from database.names import APP_ROLE
from registry.models import Organisation, User
from savings_groups.actions.closing import close_year, reopen_year
from savings_groups.actions.correcting import reverse
from savings_groups.figures.verification import verify_group
from savings_groups.models import Group
from tests.kept import *  # noqa: F403
from tests.savings_groups.attacks import book, not_permitted, refused, sql
from tests.savings_groups.factories import count_and_seal, draft, hold, make_group


@pytest.fixture(scope="module")
def group(strey_khmer: Organisation, field_staff: User) -> Group:
    """Two members who saved; the first borrowed."""
    group = make_group(owner=strey_khmer, by=field_staff)
    rows = {1: {"saving": 70_000, "loan": 60_000, "loan_months": 6}, 2: {"saving": 50_000}}
    hold(group, date(2026, 2, 1), rows, by=field_staff)
    return group


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE savings_groups_journal SET memo = 'another'",
        "DELETE FROM savings_groups_journal",
        "TRUNCATE savings_groups_journal CASCADE",
        "UPDATE savings_groups_posting SET amount = 2 * amount",
        "DELETE FROM savings_groups_posting",
        "INSERT INTO savings_groups_seal SELECT * FROM savings_groups_seal",
        "UPDATE savings_groups_seal SET hash = ''",
        "INSERT INTO savings_groups_balance SELECT * FROM savings_groups_balance",
        "UPDATE savings_groups_balance SET amount = 0",
        "DELETE FROM savings_groups_balance",
        "UPDATE savings_groups_book SET sequence = 0, head = ''",
        "UPDATE savings_groups_book SET closed_through = NULL",
        "DELETE FROM savings_groups_book",
        "DELETE FROM savings_groups_closing",
        "UPDATE savings_groups_closingresult SET payout = 0",
        "UPDATE savings_groups_account SET side = 0",
        "INSERT INTO savings_groups_account SELECT * FROM savings_groups_account",
        "DELETE FROM savings_groups_groupevent",
        "UPDATE savings_groups_sheetrowevent SET saving = 0",
        "TRUNCATE savings_groups_group CASCADE",
        "TRUNCATE registry_person CASCADE",
        "DELETE FROM django_migrations",
    ],
)
@pytest.mark.django_db
def test_the_web_server_may_not_write_there(statement: str) -> None:
    with not_permitted():
        sql(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE savings_groups_posting DISABLE TRIGGER ALL",
        "ALTER TABLE savings_groups_posting DISABLE TRIGGER posting_never_changes",
        "DROP TRIGGER posting_never_changes ON savings_groups_posting",
        "DROP FUNCTION savings_groups_refuse() CASCADE",
        "CREATE OR REPLACE FUNCTION savings_groups_refuse() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NULL; END'",
        "ALTER TABLE savings_groups_balance DROP CONSTRAINT balance_on_its_side",
        "ALTER TABLE savings_groups_journal DROP CONSTRAINT journal_is_sealed",
        "DROP TABLE savings_groups_posting",
        "CREATE RULE r AS ON INSERT TO savings_groups_posting DO INSTEAD NOTHING",
        "CREATE TRIGGER t AFTER INSERT ON savings_groups_posting REFERENCING NEW TABLE AS fresh"
        " FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_posted()",
        "SET session_replication_role = replica",
        "CREATE TABLE mine (id int)",
        "CREATE TEMP TABLE savings_groups_account (code int)",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE SCHEMA mine",
        "ALTER ROLE samaki_app SUPERUSER",
        "SET ROLE postgres",
    ],
)
@pytest.mark.django_db
def test_the_web_server_may_not_take_the_rules_away(statement: str) -> None:
    with not_permitted():
        sql(statement)


def test_the_web_server_is_under_the_same_rules(group: Group) -> None:
    with refused("journal_balances"):
        book(group, (1010, 4_000), (4050, -3_999))
    with refused("balance_on_its_side"):
        book(group, (5010, 90_000), (1010, -90_000))
    with refused("ledger_never_changes"):
        sql("UPDATE savings_groups_book SET group_id = %s", uuid7())


def test_the_web_server_can_do_all_that_a_treasurer_does(group: Group, field_staff: User) -> None:
    meeting = draft(group, date(2026, 3, 1), {1: {"repayment": 5_000}}, by=field_staff)
    sealed = count_and_seal(meeting, by=field_staff)
    reverse(sealed.journals.get(), reason="Another member's.", by=field_staff)
    closing = close_year(group, through=date(2026, 3, 31), by=field_staff)
    reopen_year(closing, reason="Not yet.", by=field_staff)
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    assert verify_group(group) == []


@pytest.fixture
def with_tables_of_its_own(by_owner: Callable[[str], None]) -> Iterator[None]:
    """Somebody has let the web server make tables, and write the balances."""
    database = connection.settings_dict["NAME"]
    by_owner(f"GRANT TEMP ON DATABASE {database} TO {APP_ROLE}")
    by_owner(f"GRANT UPDATE ON savings_groups_balance TO {APP_ROLE}")
    yield
    by_owner(f"REVOKE TEMP ON DATABASE {database} FROM {APP_ROLE}")
    by_owner(f"REVOKE UPDATE ON savings_groups_balance FROM {APP_ROLE}")


def test_a_trigger_of_another_role_writes_no_balance(
    with_tables_of_its_own: None, group: Group
) -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql("CREATE TEMP TABLE mine (id int) ON COMMIT DROP")
    sql(
        "CREATE FUNCTION pg_temp.mine() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN UPDATE public.savings_groups_balance SET amount = 2 * amount; RETURN NULL; END'"
    )
    sql("CREATE TRIGGER t AFTER INSERT ON mine EXECUTE FUNCTION pg_temp.mine()")
    with refused("ledger_never_changes"):
        sql("INSERT INTO mine VALUES (1)")
    with not_permitted():
        sql(
            "CREATE TRIGGER u AFTER INSERT ON mine REFERENCING NEW TABLE AS fresh"
            " FOR EACH STATEMENT EXECUTE FUNCTION public.savings_groups_posted()"
        )
