-- Rules under which something was booked stay, and new ones begin after it.
CREATE OR REPLACE FUNCTION savings_groups_rules_change() RETURNS trigger LANGUAGE plpgsql
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
    IF NOT NEW.voluntary_savings AND EXISTS (
        SELECT FROM savings_groups_balance
        WHERE group_id = NEW.group_id AND account = 2020 AND amount <> 0
    ) THEN
        RAISE EXCEPTION 'members have voluntary savings'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'voluntary_savings_are_out';
    END IF;
    IF EXISTS (
        SELECT FROM savings_groups_balance
        WHERE group_id = NEW.group_id AND amount <> 0
          AND account = CASE NEW.saving_kind WHEN 'shares' THEN 2010 ELSE 3010 END
    ) THEN
        RAISE EXCEPTION 'members have saved in the other way'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'savings_of_the_other_kind_are_out';
    END IF;
    IF EXISTS (
        SELECT FROM savings_groups_balance
        WHERE group_id = NEW.group_id AND account = 3010 AND amount <> 0
    ) AND EXISTS (
        SELECT FROM (
            SELECT in_stamps, share_price FROM savings_groups_rules
            WHERE group_id = NEW.group_id AND valid_from < NEW.valid_from
            ORDER BY valid_from DESC LIMIT 1
        ) r
        WHERE (r.in_stamps OR NEW.in_stamps) AND r.share_price <> NEW.share_price
    ) THEN
        RAISE EXCEPTION 'stamps are out at another price'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stamps_keep_their_price';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER rules_change BEFORE INSERT OR UPDATE OR DELETE ON savings_groups_rules
    FOR EACH ROW EXECUTE FUNCTION savings_groups_rules_change();
