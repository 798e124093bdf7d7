"""What PostgreSQL itself refuses and keeps in the ledger.

One trigger looks at all postings of a statement at once: a sheet of a hundred lines costs little
more than the insert. It is plain SQL and no Django trigger library, because those can be told to
look away from inside the program.

Every function looks tables up in `public` and in temporary tables last: otherwise whoever may make
a temporary table could put one of the same name before the ledger's own. The two functions that
write seals, balances and heads do so as their owner, so that a web server under another role needs
no right to write them (`savings_groups/second_wall.py`).

A journal's canonical text, which its hash covers after the hash before it:
    the JSON array [sequence, book_date, event, meeting, closing, member, rules, reverses, memo,
    recorded_at in UTC with microseconds, created_by], everything but numbers as text, then for
    each line [account|fund|member|loan|amount], nothing written for nobody.
`savings_groups/figures/verification.py` writes the same text in Python.
"""

from django.db import migrations

REFUSE = """
CREATE FUNCTION savings_groups_refuse() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% of %: the ledger is written once and never changes', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_never_changes';
END $$;

CREATE TRIGGER journal_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON savings_groups_journal FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE TRIGGER posting_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON savings_groups_posting FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE TRIGGER seal_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON savings_groups_seal FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE TRIGGER balance_never_removed BEFORE DELETE OR TRUNCATE
    ON savings_groups_balance FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE TRIGGER book_never_removed BEFORE DELETE OR TRUNCATE
    ON savings_groups_book FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();

-- The parts of a sheet, and what changes how loans and fines are reckoned, are removed one by one
-- where they may be, never all at once.
CREATE TRIGGER sheet_row_never_emptied BEFORE TRUNCATE
    ON savings_groups_sheetrow FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE TRIGGER split_never_emptied BEFORE TRUNCATE
    ON savings_groups_split FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE TRIGGER group_line_never_emptied BEFORE TRUNCATE
    ON savings_groups_groupline FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE TRIGGER cash_count_never_emptied BEFORE TRUNCATE
    ON savings_groups_cashcount FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE TRIGGER fine_waived_never_emptied BEFORE TRUNCATE
    ON savings_groups_finewaived FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE TRIGGER renewal_never_emptied BEFORE TRUNCATE
    ON savings_groups_renewal FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE TRIGGER office_never_emptied BEFORE TRUNCATE
    ON savings_groups_office FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();

-- Seals, balances and heads are the work of the triggers below; by hand they are refused. A trigger
-- of somebody else's is no way around: it runs as that role, and ours as the owner of the table.
CREATE FUNCTION savings_groups_only_by_trigger() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF pg_trigger_depth() < 2 OR current_user <> (
        SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID
    ) THEN
        RAISE EXCEPTION '% of %: only posting changes this', TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_never_changes';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER seal_only_by_posting BEFORE INSERT
    ON savings_groups_seal FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_only_by_trigger();
CREATE TRIGGER balance_only_by_posting BEFORE INSERT OR UPDATE
    ON savings_groups_balance FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_only_by_trigger();
CREATE TRIGGER book_only_by_posting BEFORE UPDATE
    ON savings_groups_book FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_only_by_trigger();

-- A book begins empty.
ALTER TABLE savings_groups_book ADD CONSTRAINT book_head_of_the_chain
    CHECK (sequence >= 0 AND (sequence = 0) = (length(head) = 0));
CREATE FUNCTION savings_groups_book_begins() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.sequence <> 0 OR NEW.closed_through IS NOT NULL THEN
        RAISE EXCEPTION 'a book begins empty'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_never_changes';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER book_begins_empty BEFORE INSERT
    ON savings_groups_book FOR EACH ROW EXECUTE FUNCTION savings_groups_book_begins();

-- A journal without postings has no seal, and is refused at the end of its transaction.
ALTER TABLE savings_groups_journal ADD CONSTRAINT journal_is_sealed
    FOREIGN KEY (id) REFERENCES savings_groups_seal (journal_id) DEFERRABLE INITIALLY DEFERRED;
"""

POSTED = """
-- One row for each place; nobody is the nil key, so that an index can look for it.
CREATE UNIQUE INDEX balance_place ON savings_groups_balance (
    group_id, account, fund, coalesce(member_id, '00000000-0000-0000-0000-000000000000'::uuid),
    coalesce(loan_id, '00000000-0000-0000-0000-000000000000'::uuid)
);

CREATE FUNCTION savings_groups_posted() RETURNS trigger LANGUAGE plpgsql
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
            SELECT j.id, j.sequence, j.book_date, j.reverses_id, lines.count, lines.is_balanced,
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
            IF NOT fresh_journal.is_balanced THEN
                RAISE EXCEPTION 'journal % does not balance', fresh_journal.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_balances';
            END IF;
            IF fresh_journal.count < 2 THEN
                RAISE EXCEPTION 'journal % has fewer than two postings', fresh_journal.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_has_two_postings';
            END IF;
            IF fresh_journal.is_old THEN
                RAISE EXCEPTION 'journal % is complete already', fresh_journal.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_is_complete';
            END IF;
            IF fresh_journal.sequence <> book.sequence + 1 THEN
                RAISE EXCEPTION 'journal % does not follow the last one', fresh_journal.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_follows_the_last';
            END IF;
            IF fresh_journal.book_date <= book.closed_through THEN
                RAISE EXCEPTION 'the book is closed through %', book.closed_through
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'period_is_open';
            END IF;
            -- A reversal is the mirror of what lies before it and is no reversal itself.
            IF fresh_journal.reverses_id IS NOT NULL AND (
                EXISTS (
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
                )
            ) THEN
                RAISE EXCEPTION 'journal % is not the mirror of what it reverses', fresh_journal.id
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'reversal_is_a_mirror';
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
    END LOOP;

    -- The balances, at places that differ by member or loan only where the account does. Nobody
    -- is written as the nil key, so that the index of places finds every row.
    WITH moved AS MATERIALIZED (
        SELECT f.group_id, f.account, f.fund, a.side, sum(f.amount) AS amount,
               CASE WHEN a.by_member THEN f.member_id END AS member_id,
               CASE WHEN a.by_loan THEN f.loan_id END AS loan_id
        FROM fresh f JOIN savings_groups_account a ON a.code = f.account
        GROUP BY 1, 2, 3, 4, 6, 7
    ), known AS (
        UPDATE savings_groups_balance b SET amount = b.amount + moved.amount FROM moved
        WHERE b.group_id = moved.group_id AND b.account = moved.account AND b.fund = moved.fund
          AND coalesce(b.member_id, '00000000-0000-0000-0000-000000000000'::uuid) = coalesce(moved.member_id, '00000000-0000-0000-0000-000000000000'::uuid)
          AND coalesce(b.loan_id, '00000000-0000-0000-0000-000000000000'::uuid) = coalesce(moved.loan_id, '00000000-0000-0000-0000-000000000000'::uuid)
        RETURNING b.account, b.fund, b.group_id, b.member_id, b.loan_id
    )
    INSERT INTO savings_groups_balance (group_id, account, fund, member_id, loan_id, side, amount)
        SELECT group_id, account, fund, member_id, loan_id, side, amount FROM moved
        WHERE (SELECT count(*) FROM known) < (SELECT count(*) FROM moved) AND NOT EXISTS (
            SELECT FROM known WHERE known.group_id = moved.group_id
              AND known.account = moved.account AND known.fund = moved.fund
              AND known.member_id IS NOT DISTINCT FROM moved.member_id
              AND known.loan_id IS NOT DISTINCT FROM moved.loan_id
        );

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
-- Nobody else may hang these functions on a table of his own.
REVOKE ALL ON FUNCTION savings_groups_posted() FROM PUBLIC;

CREATE TRIGGER posting_posted AFTER INSERT ON savings_groups_posting
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_posted();
"""

CLOSED = """
-- Closing a year closes its days; opening it again opens them.
CREATE FUNCTION savings_groups_closed() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE savings_groups_book SET closed_through = (
        SELECT max(through) FROM savings_groups_closing
        WHERE group_id = NEW.group_id AND state = 'closed'
    ) WHERE group_id = NEW.group_id;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION savings_groups_closed() FROM PUBLIC;
CREATE TRIGGER closing_closes AFTER INSERT OR UPDATE ON savings_groups_closing
    FOR EACH ROW EXECUTE FUNCTION savings_groups_closed();

-- A closing is booked, closed, and opened again at most; nothing else about it changes.
CREATE FUNCTION savings_groups_closing_goes_on() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    may_change text[] := '{state,reopened_because,version}';
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'being booked' THEN RETURN NEW; END IF;
    ELSIF to_jsonb(NEW) = to_jsonb(OLD) OR (
        (OLD.state, NEW.state) IN (('being booked', 'closed'), ('closed', 'reopened'))
        AND to_jsonb(NEW) - may_change = to_jsonb(OLD) - may_change
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of a closing: it is closed, and opened again, and else stays', TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'closing_stays';
END $$;
CREATE TRIGGER closing_goes_on BEFORE INSERT OR UPDATE ON savings_groups_closing
    FOR EACH ROW EXECUTE FUNCTION savings_groups_closing_goes_on();
CREATE TRIGGER closing_never_removed BEFORE DELETE OR TRUNCATE
    ON savings_groups_closing FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE TRIGGER closing_result_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON savings_groups_closingresult FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();

-- A group goes live only when what it took over is cleared, and does not change its currency
-- once anything is booked.
CREATE FUNCTION savings_groups_group_changes() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.state <> 'setting up' AND OLD.state = 'setting up' AND EXISTS (
        SELECT FROM savings_groups_balance
        WHERE group_id = NEW.id AND account = 3900 AND amount <> 0
    ) THEN
        RAISE EXCEPTION 'opening balances are not cleared'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'opening_is_cleared';
    END IF;
    IF NEW.currency <> OLD.currency AND EXISTS (
        SELECT FROM savings_groups_journal WHERE group_id = NEW.id
    ) THEN
        RAISE EXCEPTION 'the currency of a ledger stays'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'currency_stays';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER group_changes BEFORE UPDATE ON savings_groups_group
    FOR EACH ROW EXECUTE FUNCTION savings_groups_group_changes();

-- Rules under which something was booked stay, and new ones begin after it.
CREATE FUNCTION savings_groups_rules_change() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND EXISTS (
        SELECT FROM savings_groups_journal WHERE group_id = OLD.group_id AND rules_id = OLD.id
    ) THEN
        RAISE EXCEPTION 'something was booked under these rules'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rules_stay';
    END IF;
    IF TG_OP <> 'DELETE' AND EXISTS (
        SELECT FROM savings_groups_journal
        WHERE group_id = NEW.group_id AND book_date >= NEW.valid_from AND rules_id <> NEW.id
    ) THEN
        RAISE EXCEPTION 'something was booked on or after this day'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'rules_begin_after_the_ledger';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rules_change BEFORE INSERT OR UPDATE OR DELETE ON savings_groups_rules
    FOR EACH ROW EXECUTE FUNCTION savings_groups_rules_change();
"""

STAYS = """
-- A part of a sheet stays with its meeting: else it could leave a sealed one for a draft.
CREATE FUNCTION savings_groups_part_stays() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a part of a sheet stays with its meeting'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'meeting_is_open';
END $$;
CREATE TRIGGER sheet_row_stays BEFORE UPDATE ON savings_groups_sheetrow
    FOR EACH ROW WHEN (OLD.meeting_id <> NEW.meeting_id)
    EXECUTE FUNCTION savings_groups_part_stays();
CREATE TRIGGER split_stays BEFORE UPDATE ON savings_groups_split
    FOR EACH ROW WHEN (OLD.meeting_id <> NEW.meeting_id)
    EXECUTE FUNCTION savings_groups_part_stays();
CREATE TRIGGER group_line_stays BEFORE UPDATE ON savings_groups_groupline
    FOR EACH ROW WHEN (OLD.meeting_id <> NEW.meeting_id)
    EXECUTE FUNCTION savings_groups_part_stays();
CREATE TRIGGER cash_count_stays BEFORE UPDATE ON savings_groups_cashcount
    FOR EACH ROW WHEN (OLD.meeting_id <> NEW.meeting_id)
    EXECUTE FUNCTION savings_groups_part_stays();

-- What an account is and how it is kept stays; only its names change.
CREATE FUNCTION savings_groups_account_stays() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% of an account: only its names change', TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'account_stays';
END $$;
CREATE TRIGGER account_stays BEFORE UPDATE ON savings_groups_account
    FOR EACH ROW WHEN ((OLD.code, OLD.side, OLD.by_member, OLD.by_loan)
        <> (NEW.code, NEW.side, NEW.by_member, NEW.by_loan))
    EXECUTE FUNCTION savings_groups_account_stays();
CREATE TRIGGER account_never_removed BEFORE DELETE ON savings_groups_account
    FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_account_stays();

-- A loan keeps its borrower and its terms; new months are a renewal.
CREATE FUNCTION savings_groups_loan_stays() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    may_change text[] := '{purpose,settled_on,written_off_on,written_off,written_off_because,version}';
BEGIN
    IF to_jsonb(NEW) - may_change <> to_jsonb(OLD) - may_change THEN
        RAISE EXCEPTION 'the terms of a loan stay'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'loan_terms_stay';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER loan_stays BEFORE UPDATE ON savings_groups_loan
    FOR EACH ROW EXECUTE FUNCTION savings_groups_loan_stays();

-- The triggers that Django's libraries made on these tables look where ours look.
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
    dependencies = [("savings_groups", "0002_same_owner")]
    operations = [migrations.RunSQL(sql) for sql in (REFUSE, POSTED, CLOSED, STAYS)]
