-- A group goes live only when what it took over is cleared, and does not change its currency
-- once anything is booked.
CREATE OR REPLACE FUNCTION savings_groups_group_changes() RETURNS trigger LANGUAGE plpgsql
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

CREATE OR REPLACE TRIGGER group_changes BEFORE UPDATE ON savings_groups_group
    FOR EACH ROW EXECUTE FUNCTION savings_groups_group_changes();
