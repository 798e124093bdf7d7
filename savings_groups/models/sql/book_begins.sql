-- A book begins empty.
CREATE OR REPLACE FUNCTION savings_groups_book_begins() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.sequence <> 0 OR NEW.closed_through IS NOT NULL THEN
        RAISE EXCEPTION 'a book begins empty'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_never_changes';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER book_begins_empty BEFORE INSERT
    ON savings_groups_book FOR EACH ROW EXECUTE FUNCTION savings_groups_book_begins();
