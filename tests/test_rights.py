"""What the application's role may do with every table: a list to read, and to extend.

A new table fails the first test until somebody has decided about it here. Where the role may do
less than everything, an AppConfig says so; see core/grants.py.
"""

from __future__ import annotations

from collections.abc import Callable

import pghistory
import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import DatabaseError, IntegrityError, connection, transaction
from pghistory.models import Context, Event

from core import grants
from database.names import APP_ROLE
from registry.figures.quarters import kept_figures, last_quarter
from registry.models import QuarterFigures, User
from tests.factories import make_person, make_project

pytestmark = pytest.mark.django_db

EVERYTHING = "DELETE INSERT UPDATE"

# Read by everybody, written by migrations or by triggers.
NOTHING = """
auth_group auth_group_permissions auth_permission django_content_type django_migrations
registry_user_groups registry_user_user_permissions
reports_change reports_listedday savings_groups_balance savings_groups_seal
"""
# Logs, the ledger, and what was decided at the end of a year.
ADDING = """
django_admin_log registry_accesslog reports_indicatorversion reports_step
reports_frozenreport reports_frozensection reports_frozenline reports_frozencell reports_frozenrow
reports_wordtemplate reports_frozenchange reports_frozenphoto
savings_groups_closingresult savings_groups_journal savings_groups_posting
"""
LESS = {
    "pghistory_context": "INSERT UPDATE(metadata) UPDATE(updated_at)",
    "registry_quarterfigures": "DELETE INSERT",
    "registry_submission": "DELETE INSERT UPDATE(location)",
    "registry_user": "INSERT UPDATE",
    "savings_groups_account": "UPDATE(name_en) UPDATE(name_km)",
    "savings_groups_book": "INSERT UPDATE(group_id)",
    "savings_groups_closing": "INSERT UPDATE",
}
# Records that people correct and remove, under the rules of the actions and triggers, and what
# packages write for a while only: sessions, jobs, counters of wrong passwords.
ALL = """
account_emailaddress account_emailconfirmation django_session mfa_authenticator
registry_guesscount registry_spentcode samaki_cache usersessions_usersession
procrastinate_events procrastinate_jobs procrastinate_periodic_defers procrastinate_workers
registry_affiliation registry_document registry_organisation registry_pairdecision
registry_consent registry_functioning registry_person registry_place registry_placealias
registry_position registry_project registry_project_donors
trainings_ageband trainings_agebandscheme trainings_attendance trainings_certificate
trainings_changefound trainings_completion trainings_curriculum trainings_curriculumversion
trainings_curriculumversion_comes_from trainings_curriculumversion_written_by
trainings_discussiongroup trainings_enrolment trainings_evaluationcount trainings_evidence
trainings_followup trainings_followupanswer trainings_goal trainings_recognised
trainings_headcount trainings_indirectcount trainings_part trainings_reopening trainings_score
trainings_session trainings_topic trainings_training trainings_training_goals
trainings_training_topics trainings_trainingproject
savings_groups_agreement savings_groups_cashcount savings_groups_criterion
savings_groups_finewaived savings_groups_gradingscheme savings_groups_group
savings_groups_groupline savings_groups_groupproject savings_groups_interestwaived
savings_groups_loan savings_groups_meeting savings_groups_member savings_groups_office
savings_groups_renewal savings_groups_rules savings_groups_sheetrow savings_groups_split
cascades_certificationdecision cascades_certificationrule cascades_change cascades_checklist
cascades_checklistitem cascades_delivery cascades_descent cascades_iteration
cascades_iterationplace cascades_iterationproject cascades_observation
cascades_observationscore cascades_programme cascades_publishedfigure cascades_snapshot
cascades_sessionturn cascades_teachback cascades_tier cascades_trainerreach cascades_typedlink
reports_calendar reports_comment reports_difference reports_donorform reports_formsection
reports_indicator reports_keptvalue reports_letter reports_narrative reports_report
reports_reportline reports_reportphoto reports_target
"""

RIGHTS = """
    SELECT tablename, ARRAY(
        SELECT right_ FROM unnest(ARRAY['DELETE', 'INSERT', 'UPDATE', 'TRUNCATE', 'TRIGGER']) right_
        WHERE has_table_privilege(format('%I', tablename), right_)
        UNION ALL
        SELECT format('UPDATE(%s)', attname) FROM pg_attribute
        WHERE attrelid = format('%I', tablename)::regclass AND attnum > 0 AND NOT attisdropped
        AND has_column_privilege(attrelid, attnum, 'UPDATE')
        AND NOT has_table_privilege(attrelid, 'UPDATE')
        UNION ALL
        SELECT 'ADD' WHERE has_any_column_privilege(format('%I', tablename), 'INSERT')
        AND NOT has_table_privilege(format('%I', tablename), 'INSERT')
        ORDER BY 1
    )
    FROM pg_tables WHERE schemaname = 'public'
"""


def decided() -> dict[str, str]:
    history = [
        model._meta.db_table
        for model in apps.get_models()
        if issubclass(model, Event) and model._meta.managed
    ]
    return {
        **dict.fromkeys(NOTHING.split(), ""),
        **dict.fromkeys([*ADDING.split(), *history], "ADD"),
        **LESS,
        **dict.fromkeys(ALL.split(), EVERYTHING),
    }


def test_every_table_has_the_rights_that_somebody_decided() -> None:
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS)
        found = {table: " ".join(rights) for table, rights in cursor.fetchall()}
    wanted = decided()
    assert found == {table: wanted.get(table, "not decided") for table in found}


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO registry_accesslog (id, at, event, subject) VALUES (9, now(), 'x', '')",
        "INSERT INTO registry_organisationevent (pgh_id) VALUES (9)",
        "INSERT INTO django_admin_log (id) VALUES (9)",
        "SELECT nextval('registry_organisationevent_pgh_id_seq')",
    ],
)
def test_nobody_takes_the_numbers_of_rows_that_are_still_to_come(statement: str) -> None:
    """With the next ones taken, no sign-in and no change could be written down again."""
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement)


@pytest.mark.as_owner
def test_a_view_that_a_later_migrate_makes_is_only_read() -> None:
    """Whoever writes to a view writes to its table, with the rights of the view's owner."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIEW later AS SELECT * FROM savings_groups_balance")
        grants.grant()
        cursor.execute(
            "SELECT right_ FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) right_"
            " WHERE has_table_privilege(%s, 'later', right_)",
            [APP_ROLE],
        )
        assert cursor.fetchall() == [("SELECT",)]


def entry_of(user: User) -> LogEntry:
    return LogEntry.objects.create(user=user, object_repr="code", action_flag=CHANGE)


def forge(entry: LogEntry) -> None:
    LogEntry.objects.filter(pk=entry.pk).update(object_repr="another")


def remove(entry: LogEntry) -> None:
    entry.delete()


@pytest.mark.parametrize("change", [forge, remove])
def test_the_log_of_the_administration_only_grows(
    change: Callable[[LogEntry], None], field_staff: User
) -> None:
    entry = entry_of(field_staff)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        change(entry)


@pytest.mark.as_owner
@pytest.mark.parametrize("change", [forge, remove])
def test_the_owner_does_not_change_the_log_by_mistake(
    change: Callable[[LogEntry], None], field_staff: User
) -> None:
    entry = entry_of(field_staff)
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        change(entry)


def test_who_did_something_is_not_rewritten(field_staff: User) -> None:
    """The history library writes a context again; that of another request is a minute old."""
    with pghistory.context(user=str(field_staff.pk)) as context:
        make_person(owner=field_staff.organisation)
        with pghistory.context(more="known later"):
            make_person(owner=field_staff.organisation)
    assert Context.objects.get(pk=context.id).metadata["more"] == "known later"
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pghistory_context VALUES"
            " (gen_random_uuid(), now() - interval '61 seconds', now(), '{}')"
        )
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        Context.objects.update(metadata={"user": "another"})


def test_what_a_funder_was_shown_goes_only_with_the_project(field_staff: User) -> None:
    """The next look would make other figures of the same quarter."""
    project = make_project(owner=field_staff.organisation)
    kept_figures(project, last_quarter())
    with pytest.raises(IntegrityError, match="go only with their project"), transaction.atomic():
        QuarterFigures.objects.all().delete()
        connection.check_constraints()
    project.delete()
    connection.check_constraints()
    assert not QuarterFigures.objects.exists()


def test_an_account_is_not_deleted(field_staff: User) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        field_staff.delete()


def test_the_application_cannot_switch_triggers_off(field_staff: User) -> None:
    """django-pgtrigger would let any role do so, by a setting."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pgtrigger.ignore', array_agg(tgname)::text, true)"
            " FROM pg_trigger WHERE tgname LIKE 'pgtrigger%'"
        )
    states = apps.get_model("registry", "UserEvent").objects.filter(pgh_obj=field_staff)
    before = states.count()
    User.objects.filter(pk=field_staff.pk).update(first_name="Another")
    assert states.count() == before + 1
