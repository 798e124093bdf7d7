-- Closing a year closes its days; opening it again opens them.
CREATE OR REPLACE FUNCTION savings_groups_closed() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE savings_groups_book SET closed_through = (
        SELECT max(through) FROM savings_groups_closing
        WHERE group_id = NEW.group_id AND state = 'closed'
    ) WHERE group_id = NEW.group_id;
    RETURN NULL;
END $$;

-- It writes as the owner of the tables, so nobody else may hang it on a table of their own.
REVOKE ALL ON FUNCTION savings_groups_closed() FROM PUBLIC;

CREATE OR REPLACE TRIGGER closing_closes AFTER INSERT OR UPDATE ON savings_groups_closing
    FOR EACH ROW EXECUTE FUNCTION savings_groups_closed();
