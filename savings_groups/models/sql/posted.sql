-- All postings of a statement at once, whether the application or somebody else wrote them: they
-- are checked, their journals take their places in the chain of hashes, and the balances move.
--
-- A journal's canonical text, which its hash covers after the hash before it:
--     the JSON array [sequence, book_date, event, meeting, closing, member, rules, reverses, memo,
--     recorded_at in UTC with microseconds, created_by], everything but numbers as text, then for
--     each line [account|fund|member|loan|amount], nothing written for nobody.
-- `savings_groups/figures/verification.py` writes the same text in Python.
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

-- It writes as the owner of the tables, so nobody else may hang it on a table of their own.
REVOKE ALL ON FUNCTION savings_groups_posted() FROM PUBLIC;

CREATE OR REPLACE TRIGGER posting_posted AFTER INSERT ON savings_groups_posting
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_posted();
