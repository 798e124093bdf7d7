-- The ledger is written once: whoever tries otherwise, the owner of the tables too, is refused.
CREATE OR REPLACE FUNCTION savings_groups_refuse() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION '% of %: the ledger is written once and never changes', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_never_changes';
END $$;

CREATE OR REPLACE TRIGGER journal_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON savings_groups_journal FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE OR REPLACE TRIGGER posting_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON savings_groups_posting FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE OR REPLACE TRIGGER seal_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON savings_groups_seal FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE OR REPLACE TRIGGER balance_never_removed BEFORE DELETE OR TRUNCATE
    ON savings_groups_balance FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE OR REPLACE TRIGGER book_never_removed BEFORE DELETE OR TRUNCATE
    ON savings_groups_book FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();

-- The parts of a sheet, and what changes how loans and fines are calculated, are removed one by one
-- where they may be, never all at once.
CREATE OR REPLACE TRIGGER sheet_row_never_emptied BEFORE TRUNCATE
    ON savings_groups_sheetrow FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE OR REPLACE TRIGGER split_never_emptied BEFORE TRUNCATE
    ON savings_groups_split FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE OR REPLACE TRIGGER group_line_never_emptied BEFORE TRUNCATE
    ON savings_groups_groupline FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE OR REPLACE TRIGGER cash_count_never_emptied BEFORE TRUNCATE
    ON savings_groups_cashcount FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE OR REPLACE TRIGGER fine_waived_never_emptied BEFORE TRUNCATE
    ON savings_groups_finewaived FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE OR REPLACE TRIGGER renewal_never_emptied BEFORE TRUNCATE
    ON savings_groups_renewal FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE OR REPLACE TRIGGER office_never_emptied BEFORE TRUNCATE
    ON savings_groups_office FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE OR REPLACE TRIGGER closing_never_removed BEFORE DELETE OR TRUNCATE
    ON savings_groups_closing FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
CREATE OR REPLACE TRIGGER closing_result_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE
    ON savings_groups_closingresult FOR EACH STATEMENT EXECUTE FUNCTION savings_groups_refuse();
