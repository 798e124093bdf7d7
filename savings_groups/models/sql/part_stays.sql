-- A part of a sheet stays with its meeting: else it could leave a sealed one for a draft.
CREATE OR REPLACE FUNCTION savings_groups_part_stays() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'a part of a sheet stays with its meeting'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'meeting_is_open';
END $$;

CREATE OR REPLACE TRIGGER sheet_row_stays BEFORE UPDATE ON savings_groups_sheetrow
    FOR EACH ROW WHEN (OLD.meeting_id <> NEW.meeting_id)
    EXECUTE FUNCTION savings_groups_part_stays();
CREATE OR REPLACE TRIGGER split_stays BEFORE UPDATE ON savings_groups_split
    FOR EACH ROW WHEN (OLD.meeting_id <> NEW.meeting_id)
    EXECUTE FUNCTION savings_groups_part_stays();
CREATE OR REPLACE TRIGGER group_line_stays BEFORE UPDATE ON savings_groups_groupline
    FOR EACH ROW WHEN (OLD.meeting_id <> NEW.meeting_id)
    EXECUTE FUNCTION savings_groups_part_stays();
CREATE OR REPLACE TRIGGER cash_count_stays BEFORE UPDATE ON savings_groups_cashcount
    FOR EACH ROW WHEN (OLD.meeting_id <> NEW.meeting_id)
    EXECUTE FUNCTION savings_groups_part_stays();
