"""What happened on one day and is booked on another; see decision 0029.

A sheet may be late, a cycle may begin on the day that closed the one before, and what was given up
of the interest of a loan is written down.
"""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


POSTED = """
CREATE OR REPLACE FUNCTION savings_groups_posted() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    book savings_groups_book;
    of_group uuid;
    fresh_journal record;
    refused uuid;
    journals uuid[];
    hashes bytea[];
BEGIN
    -- Lines belong to the group of their journal, and so do the members and loans they name,
    -- which are there. They name a member or loan where the account is kept by one.
    SELECT f.journal_id INTO refused
        FROM fresh f
        LEFT JOIN savings_groups_account a ON a.code = f.account
        LEFT JOIN savings_groups_journal j ON j.id = f.journal_id
        LEFT JOIN savings_groups_member m ON m.id = f.member_id
        LEFT JOIN savings_groups_loan l ON l.id = f.loan_id
        WHERE a.code IS NULL OR j.id IS NULL
           OR f.group_id <> j.group_id OR f.owner_id <> j.owner_id
           OR f.member_id IS NOT NULL AND m.group_id IS DISTINCT FROM f.group_id
           OR f.loan_id IS NOT NULL AND (
               l.group_id IS DISTINCT FROM f.group_id OR l.member_id IS DISTINCT FROM f.member_id
           )
           OR a.by_member AND f.member_id IS NULL
           OR a.code = 1200 AND f.loan_id IS NULL
        LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal % has a line that is not its group''s', refused
            USING ERRCODE = 'check_violation', CONSTRAINT = 'posting_of_one_group';
    END IF;

    FOR of_group IN SELECT DISTINCT group_id FROM fresh ORDER BY group_id LOOP
        SELECT * INTO STRICT book FROM savings_groups_book WHERE group_id = of_group FOR UPDATE;
        journals := '{}';
        hashes := '{}';

        -- The chain: each journal takes the next number and the hash of all before it.
        FOR fresh_journal IN
            SELECT j.id, j.sequence, j.book_date, j.meeting_id, j.reverses_id, lines.count, lines.is_balanced,
                   s.journal_id IS NOT NULL AS is_old,
                   json_build_array(
                       j.sequence, j.book_date, j.event, j.meeting_id, j.closing_id, j.member_id,
                       j.rules_id, j.reverses_id, j.memo,
                       to_char(j.recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
                       j.created_by_id
                   )::text || lines.text AS text
            FROM (
                SELECT journal_id, count(*) AS count,
                       coalesce(sum(amount) FILTER (WHERE fund = 'loan'), 0) = 0
                       AND coalesce(sum(amount) FILTER (WHERE fund = 'welfare'), 0) = 0
                       AND coalesce(sum(amount) FILTER (WHERE fund = 'administration'), 0) = 0
                           AS is_balanced,
                       string_agg(
                           '[' || account || '|' || fund || '|' || coalesce(member_id::text, '')
                           || '|' || coalesce(loan_id::text, '') || '|' || amount || ']', ''
                           ORDER BY line
                       ) AS text
                FROM fresh WHERE group_id = of_group GROUP BY journal_id
            ) lines
            JOIN savings_groups_journal j ON j.id = lines.journal_id
            LEFT JOIN savings_groups_seal s ON s.journal_id = j.id
            ORDER BY j.sequence
        LOOP
            -- What is wrong is said in this order: a line added to an old journal, or a single
            -- one, does not balance either.
            IF fresh_journal.is_old THEN
                RAISE EXCEPTION 'journal % is complete already', fresh_journal.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_is_complete';
            END IF;
            IF fresh_journal.count < 2 THEN
                RAISE EXCEPTION 'journal % has fewer than two postings', fresh_journal.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_has_two_postings';
            END IF;
            IF NOT fresh_journal.is_balanced THEN
                RAISE EXCEPTION 'journal % does not balance', fresh_journal.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_balances';
            END IF;
            IF fresh_journal.sequence <> book.sequence + 1 THEN
                RAISE EXCEPTION 'journal % does not follow the last one', fresh_journal.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_follows_the_last';
            END IF;
            -- On the day that closed a cycle the next one may begin: with a meeting that was
            -- opened after the closing. That is asked only where it matters.
            IF fresh_journal.book_date <= book.closed_through THEN
                IF fresh_journal.book_date < book.closed_through OR NOT EXISTS (
                    SELECT FROM savings_groups_meeting m JOIN savings_groups_closing c
                        ON c.group_id = m.group_id AND c.state = 'closed'
                           AND c.through = m.held_on AND c.created_at < m.created_at
                    WHERE m.id = fresh_journal.meeting_id AND NOT m.is_late
                      AND m.held_on = fresh_journal.book_date
                ) THEN
                    RAISE EXCEPTION 'the book is closed through %', book.closed_through
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'period_is_open';
                END IF;
            END IF;
            -- A reversal is the mirror of what lies before it and is no reversal itself. Whether it
            -- is one is asked first and alone, for then the others cost no question.
            IF fresh_journal.reverses_id IS NOT NULL THEN
                IF EXISTS (
                    SELECT FROM savings_groups_journal o WHERE o.id = fresh_journal.reverses_id
                      AND (o.group_id <> of_group OR o.sequence >= fresh_journal.sequence
                           OR o.reverses_id IS NOT NULL)
                ) OR EXISTS (
                    SELECT FROM (
                        SELECT account, fund, member_id, loan_id, amount FROM fresh
                            WHERE journal_id = fresh_journal.id
                        UNION ALL
                        SELECT account, fund, member_id, loan_id, amount
                            FROM savings_groups_posting
                            WHERE journal_id = fresh_journal.reverses_id
                    ) both_sides
                    GROUP BY account, fund, member_id, loan_id HAVING sum(amount) <> 0
                ) THEN
                    RAISE EXCEPTION 'journal % is not the mirror of what it reverses',
                        fresh_journal.id
                        USING ERRCODE = 'check_violation', CONSTRAINT = 'reversal_is_a_mirror';
                END IF;
            END IF;
            book.sequence := fresh_journal.sequence;
            book.head := sha256(book.head || convert_to(fresh_journal.text, 'UTF8'));
            journals := journals || fresh_journal.id;
            hashes := hashes || book.head;
        END LOOP;
        INSERT INTO savings_groups_seal (journal_id, hash)
            SELECT * FROM unnest(journals, hashes);
        UPDATE savings_groups_book SET sequence = book.sequence, head = book.head
            WHERE group_id = of_group;

        -- The balances, at places that differ by member or loan only where the account does.
        -- Nobody is written as the nil key, so that the index of places finds every row; it
        -- begins with the group, and so reads the places of this group alone.
        WITH moved AS MATERIALIZED (
            SELECT f.account, f.fund, a.side, sum(f.amount) AS amount,
                   CASE WHEN a.by_member THEN f.member_id END AS member_id,
                   CASE WHEN a.by_loan THEN f.loan_id END AS loan_id
            FROM fresh f JOIN savings_groups_account a ON a.code = f.account
            WHERE f.group_id = of_group
            GROUP BY 1, 2, 3, 5, 6
        ), known AS (
            UPDATE savings_groups_balance b SET amount = b.amount + moved.amount FROM moved
            WHERE b.group_id = of_group AND b.account = moved.account AND b.fund = moved.fund
              AND coalesce(b.member_id, '00000000-0000-0000-0000-000000000000'::uuid)
                = coalesce(moved.member_id, '00000000-0000-0000-0000-000000000000'::uuid)
              AND coalesce(b.loan_id, '00000000-0000-0000-0000-000000000000'::uuid)
                = coalesce(moved.loan_id, '00000000-0000-0000-0000-000000000000'::uuid)
            RETURNING b.account, b.fund, b.member_id, b.loan_id
        )
        INSERT INTO savings_groups_balance
            (group_id, account, fund, member_id, loan_id, side, amount)
            SELECT of_group, account, fund, member_id, loan_id, side, amount FROM moved
            WHERE (SELECT count(*) FROM known) < (SELECT count(*) FROM moved) AND NOT EXISTS (
                SELECT FROM known
                WHERE known.account = moved.account AND known.fund = moved.fund
                  AND known.member_id IS NOT DISTINCT FROM moved.member_id
                  AND known.loan_id IS NOT DISTINCT FROM moved.loan_id
            );
    END LOOP;

    -- What a group took over stays cleared once it is live.
    IF EXISTS (SELECT FROM fresh WHERE account = 3900) AND EXISTS (
        SELECT FROM savings_groups_balance b
        JOIN savings_groups_group g ON g.id = b.group_id AND g.state <> 'setting up'
        WHERE b.account = 3900 AND b.amount <> 0
          AND b.group_id IN (SELECT group_id FROM fresh)
    ) THEN
        RAISE EXCEPTION 'opening balances are not cleared'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'opening_is_cleared';
    END IF;
    RETURN NULL;
END $$;
"""

LOAN_STAYS = """
CREATE OR REPLACE FUNCTION savings_groups_loan_stays() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    may_change text[] := '{purpose,settled_on,written_off_on,written_off,interest_given_up,
written_off_because,version}';
BEGIN
    IF to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change THEN
        RAISE EXCEPTION 'the terms of a loan stay'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'loan_terms_stay';
    END IF;
    RETURN NEW;
END $$;
"""

# Closings of before: their own entries are known, and else all that is dated through their day.
ENTRIES_BEFORE = """
ALTER TABLE savings_groups_closing DISABLE TRIGGER closing_goes_on;
UPDATE savings_groups_closing c SET after_entry = coalesce(
    (SELECT min(sequence) - 1 FROM savings_groups_journal j
        WHERE j.closing_id = c.id AND j.reverses_id IS NULL),
    (SELECT max(sequence) FROM savings_groups_journal j
        WHERE j.group_id = c.group_id AND j.book_date <= c.through),
    0
);
ALTER TABLE savings_groups_closing ENABLE TRIGGER closing_goes_on;
"""

# The triggers that Django's libraries made anew look where ours look.
LOOK_WHERE_OURS_LOOK = """
DO $$
DECLARE
    made regprocedure;
BEGIN
    FOR made IN
        SELECT DISTINCT t.tgfoid FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relname LIKE 'savings\\_groups\\_%' AND NOT t.tgisinternal
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = public, pg_temp', made);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('registry', '0010_plain_words'),
        ('savings_groups', '0010_plain_words'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='closing',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='closing',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='closing',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='loan',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='loan',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='loan',
            name='delete_delete',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='meeting',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='meeting',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='meeting',
            name='delete_delete',
        ),
        migrations.RemoveConstraint(
            model_name='loan',
            name='loan_of_an_amount',
        ),
        migrations.AddField(
            model_name='closing',
            name='after_entry',
            field=models.BigIntegerField(default=0, editable=False, verbose_name='entries before it'),
        ),
        migrations.AddField(
            model_name='closingevent',
            name='after_entry',
            field=models.BigIntegerField(default=0, editable=False, verbose_name='entries before it'),
        ),
        migrations.AddField(
            model_name='loan',
            name='interest_given_up',
            field=models.BigIntegerField(default=0, verbose_name='interest given up'),
        ),
        migrations.AddField(
            model_name='loanevent',
            name='interest_given_up',
            field=models.BigIntegerField(default=0, verbose_name='interest given up'),
        ),
        migrations.AddField(
            model_name='meeting',
            name='is_late',
            field=models.BooleanField(default=False, editable=False, verbose_name='late sheet'),
        ),
        migrations.AddField(
            model_name='meetingevent',
            name='is_late',
            field=models.BooleanField(default=False, editable=False, verbose_name='late sheet'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closing',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_closingevent" ("after_entry", "created_at", "created_by_id", "group_id", "id", "kind", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profit", "reopened_because", "rules_id", "starts_on", "state", "through", "to_administration", "to_capital", "to_welfare", "version") VALUES (NEW."after_entry", NEW."created_at", NEW."created_by_id", NEW."group_id", NEW."id", NEW."kind", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."profit", NEW."reopened_because", NEW."rules_id", NEW."starts_on", NEW."state", NEW."through", NEW."to_administration", NEW."to_capital", NEW."to_welfare", NEW."version"); RETURN NULL;', hash='3fd4f2f154b9fe9e6697283679f04f28c449747e', operation='INSERT', pgid='pgtrigger_insert_insert_6ca65', table='savings_groups_closing', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closing',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_closingevent" ("after_entry", "created_at", "created_by_id", "group_id", "id", "kind", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profit", "reopened_because", "rules_id", "starts_on", "state", "through", "to_administration", "to_capital", "to_welfare", "version") VALUES (NEW."after_entry", NEW."created_at", NEW."created_by_id", NEW."group_id", NEW."id", NEW."kind", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."profit", NEW."reopened_because", NEW."rules_id", NEW."starts_on", NEW."state", NEW."through", NEW."to_administration", NEW."to_capital", NEW."to_welfare", NEW."version"); RETURN NULL;', hash='73abeeae8687587b8da822c258914e4228c86835', operation='UPDATE', pgid='pgtrigger_update_update_b7278', table='savings_groups_closing', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='closing',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_closingevent" ("after_entry", "created_at", "created_by_id", "group_id", "id", "kind", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profit", "reopened_because", "rules_id", "starts_on", "state", "through", "to_administration", "to_capital", "to_welfare", "version") VALUES (OLD."after_entry", OLD."created_at", OLD."created_by_id", OLD."group_id", OLD."id", OLD."kind", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."profit", OLD."reopened_because", OLD."rules_id", OLD."starts_on", OLD."state", OLD."through", OLD."to_administration", OLD."to_capital", OLD."to_welfare", OLD."version"); RETURN NULL;', hash='3d346099e0bc85dc7d1aba1f457dd99469884e06', operation='DELETE', pgid='pgtrigger_delete_delete_0b34c', table='savings_groups_closing', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='loan',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_loanevent" ("created_at", "created_by_id", "disbursed_on", "group_id", "id", "interest_brought", "interest_given_up", "meeting_id", "member_id", "method", "months", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal", "purpose", "rate", "rules_id", "settled_on", "version", "written_off", "written_off_because", "written_off_on") VALUES (NEW."created_at", NEW."created_by_id", NEW."disbursed_on", NEW."group_id", NEW."id", NEW."interest_brought", NEW."interest_given_up", NEW."meeting_id", NEW."member_id", NEW."method", NEW."months", NEW."number", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."principal", NEW."purpose", NEW."rate", NEW."rules_id", NEW."settled_on", NEW."version", NEW."written_off", NEW."written_off_because", NEW."written_off_on"); RETURN NULL;', hash='5ef06693cd373a904e6ad835e1a6ccbc5ac6e02e', operation='INSERT', pgid='pgtrigger_insert_insert_f0204', table='savings_groups_loan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='loan',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_loanevent" ("created_at", "created_by_id", "disbursed_on", "group_id", "id", "interest_brought", "interest_given_up", "meeting_id", "member_id", "method", "months", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal", "purpose", "rate", "rules_id", "settled_on", "version", "written_off", "written_off_because", "written_off_on") VALUES (NEW."created_at", NEW."created_by_id", NEW."disbursed_on", NEW."group_id", NEW."id", NEW."interest_brought", NEW."interest_given_up", NEW."meeting_id", NEW."member_id", NEW."method", NEW."months", NEW."number", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."principal", NEW."purpose", NEW."rate", NEW."rules_id", NEW."settled_on", NEW."version", NEW."written_off", NEW."written_off_because", NEW."written_off_on"); RETURN NULL;', hash='e3fbc8e2cb31588d9c758137dc33c9b3d3d1253a', operation='UPDATE', pgid='pgtrigger_update_update_974d3', table='savings_groups_loan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='loan',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_loanevent" ("created_at", "created_by_id", "disbursed_on", "group_id", "id", "interest_brought", "interest_given_up", "meeting_id", "member_id", "method", "months", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "principal", "purpose", "rate", "rules_id", "settled_on", "version", "written_off", "written_off_because", "written_off_on") VALUES (OLD."created_at", OLD."created_by_id", OLD."disbursed_on", OLD."group_id", OLD."id", OLD."interest_brought", OLD."interest_given_up", OLD."meeting_id", OLD."member_id", OLD."method", OLD."months", OLD."number", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."principal", OLD."purpose", OLD."rate", OLD."rules_id", OLD."settled_on", OLD."version", OLD."written_off", OLD."written_off_because", OLD."written_off_on"); RETURN NULL;', hash='1f7868428bbf3b64f3a23c35520b5f2d1c6d433a', operation='DELETE', pgid='pgtrigger_delete_delete_48a9c', table='savings_groups_loan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='meeting',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_meetingevent" ("counted", "counted_at_sequence", "created_at", "created_by_id", "difference_fund", "difference_reason", "expected", "group_id", "held_on", "id", "is_late", "kind", "minutes", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rules_id", "sealed_at", "sealed_by_id", "state", "version", "witness_one_id", "witness_two_id") VALUES (NEW."counted", NEW."counted_at_sequence", NEW."created_at", NEW."created_by_id", NEW."difference_fund", NEW."difference_reason", NEW."expected", NEW."group_id", NEW."held_on", NEW."id", NEW."is_late", NEW."kind", NEW."minutes", NEW."number", NEW."owner_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."rules_id", NEW."sealed_at", NEW."sealed_by_id", NEW."state", NEW."version", NEW."witness_one_id", NEW."witness_two_id"); RETURN NULL;', hash='ba419daba06343db116386b0b9e9986f08412874', operation='INSERT', pgid='pgtrigger_insert_insert_f7491', table='savings_groups_meeting', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='meeting',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "savings_groups_meetingevent" ("counted", "counted_at_sequence", "created_at", "created_by_id", "difference_fund", "difference_reason", "expected", "group_id", "held_on", "id", "is_late", "kind", "minutes", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rules_id", "sealed_at", "sealed_by_id", "state", "version", "witness_one_id", "witness_two_id") VALUES (NEW."counted", NEW."counted_at_sequence", NEW."created_at", NEW."created_by_id", NEW."difference_fund", NEW."difference_reason", NEW."expected", NEW."group_id", NEW."held_on", NEW."id", NEW."is_late", NEW."kind", NEW."minutes", NEW."number", NEW."owner_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."rules_id", NEW."sealed_at", NEW."sealed_by_id", NEW."state", NEW."version", NEW."witness_one_id", NEW."witness_two_id"); RETURN NULL;', hash='77e9e0b471837a253601aea338be90711c080c13', operation='UPDATE', pgid='pgtrigger_update_update_f6c48', table='savings_groups_meeting', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='meeting',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "savings_groups_meetingevent" ("counted", "counted_at_sequence", "created_at", "created_by_id", "difference_fund", "difference_reason", "expected", "group_id", "held_on", "id", "is_late", "kind", "minutes", "number", "owner_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "rules_id", "sealed_at", "sealed_by_id", "state", "version", "witness_one_id", "witness_two_id") VALUES (OLD."counted", OLD."counted_at_sequence", OLD."created_at", OLD."created_by_id", OLD."difference_fund", OLD."difference_reason", OLD."expected", OLD."group_id", OLD."held_on", OLD."id", OLD."is_late", OLD."kind", OLD."minutes", OLD."number", OLD."owner_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."rules_id", OLD."sealed_at", OLD."sealed_by_id", OLD."state", OLD."version", OLD."witness_one_id", OLD."witness_two_id"); RETURN NULL;', hash='2725775226d22c03010f4ddcd4dd5dd5fccb3ee2', operation='DELETE', pgid='pgtrigger_delete_delete_fa082', table='savings_groups_meeting', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='loan',
            constraint=models.CheckConstraint(condition=models.Q(('interest_brought__gte', 0), ('interest_given_up__gte', 0), ('principal__gt', 0), ('written_off__gte', 0)), name='loan_of_an_amount', violation_error_message='The amount must be above zero.'),
        ),
        migrations.AddConstraint(
            model_name='loan',
            constraint=models.CheckConstraint(condition=models.Q(('interest_given_up', 0), models.Q(('written_off_because', ''), _negated=True), _connector='OR'), name='loan_interest_given_up_for_a_reason'),
        ),
        migrations.RunSQL(POSTED, migrations.RunSQL.noop),
        migrations.RunSQL(LOAN_STAYS, migrations.RunSQL.noop),
        migrations.RunSQL(ENTRIES_BEFORE, migrations.RunSQL.noop),
        migrations.RunSQL(LOOK_WHERE_OURS_LOOK, migrations.RunSQL.noop),
    ]
