-- Which transactions have changed what values are counted from: for each of them the app whose
-- records it changed, and the number of its last statement there. A value that was kept holds what
-- the database had committed when counting began, so whatever came later makes it old; see
-- reports.actions.keeping.
CREATE OR REPLACE FUNCTION reports_note_change() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO reports_change (transaction_id, area)
        VALUES (pg_current_xact_id(), split_part(TG_TABLE_NAME, '_', 1))
        ON CONFLICT (transaction_id, area) DO UPDATE SET number = excluded.number;
    RETURN NULL;
END $$;

-- Removes the notes that every kept value has seen, and says up to where. A value that was counted
-- from an older state, and is kept only after this, may lack one of them and is old for that.
CREATE OR REPLACE FUNCTION reports_forget_changes() RETURNS void LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    known xid8 := least(
        (SELECT min(pg_snapshot_xmin(seen)) FROM reports_keptvalue),
        pg_snapshot_xmin(pg_current_snapshot())
    );
BEGIN
    DELETE FROM reports_change WHERE transaction_id < known;
    INSERT INTO reports_change (transaction_id, area) VALUES (known, 'forgotten')
        ON CONFLICT DO NOTHING;
END $$;

-- They write as the owner of the tables; the first may hang on no other table.
REVOKE ALL ON FUNCTION reports_note_change() FROM PUBLIC;

CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_certificationdecision FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_certificationrule FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_checklist FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_checklistitem FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_delivery FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_descent FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_iteration FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_iterationplace FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_iterationproject FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_observation FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_observationscore FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_programme FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_publishedfigure FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_sessionturn FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_snapshot FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_teachback FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_tier FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_trainerreach FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON cascades_typedlink FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON registry_affiliation FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON registry_functioning FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON registry_organisation FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON registry_person FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON registry_place FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON registry_position FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON registry_project FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON reports_calendar FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_account FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_balance FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_book FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_cashcount FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_closing FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_closingresult FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_criterion FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_finewaived FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_gradingscheme FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_group FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_groupline FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_groupproject FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_journal FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_loan FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_meeting FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_member FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_office FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_posting FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_renewal FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_rules FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_seal FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_sheetrow FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_split FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_ageband FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_agebandscheme FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_attendance FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_certificate FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_changefound FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_completion FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_curriculum FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_curriculumversion FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_curriculumversion_comes_from FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_curriculumversion_written_by FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_discussiongroup FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_enrolment FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_evidence FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_goal FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_headcount FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_indirectcount FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_part FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_reopening FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_score FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_session FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_topic FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_training FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_training_goals FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_training_topics FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_trainingproject FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_agreement FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON savings_groups_interestwaived FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_evaluationcount FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_followup FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
CREATE OR REPLACE TRIGGER reports_note_change
    AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON trainings_followupanswer FOR EACH STATEMENT
    EXECUTE FUNCTION reports_note_change();
