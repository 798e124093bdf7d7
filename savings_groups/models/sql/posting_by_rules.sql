-- What is booked is what the rules of its entry know. A reversal takes back what was booked, under
-- whichever rules; a closing, and the account of a leaver, move what is there.
CREATE OR REPLACE FUNCTION savings_groups_posting_by_rules() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    broken text;
BEGIN
    SELECT CASE
               WHEN f.account = 2020 AND f.amount < 0 AND NOT r.voluntary_savings
                   THEN 'voluntary_savings_by_the_rules'
               WHEN f.account = 2010 AND f.amount < 0 AND r.saving_kind = 'shares'
                 OR f.account = 3010 AND f.amount < 0 AND r.saving_kind = 'savings'
                   THEN 'saving_kind_by_the_rules'
               WHEN f.account = 3010 AND r.in_stamps AND f.amount % r.share_price <> 0
                   THEN 'stamps_are_whole'
               WHEN f.account = 3200 AND f.amount < 0 AND NOT r.has_welfare
                   THEN 'welfare_by_the_rules'
               WHEN j.event = 'roll-over' AND NOT r.roll_over
                   THEN 'roll_over_by_the_rules'
           END AS rule
        INTO broken
        FROM fresh f
        JOIN savings_groups_journal j ON j.id = f.journal_id
        JOIN savings_groups_rules r ON r.id = j.rules_id
        WHERE j.reverses_id IS NULL AND j.closing_id IS NULL AND j.event <> 'leaver'
        ORDER BY rule NULLS LAST
        LIMIT 1;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'an entry is none that its rules know'
            USING ERRCODE = 'check_violation', CONSTRAINT = broken;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER posting_by_rules AFTER INSERT ON savings_groups_posting
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_posting_by_rules();
