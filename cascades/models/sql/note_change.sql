-- Which transactions changed what figures follow from; actions.snapshots compares them with what
-- a snapshot had seen. One row a statement, and none where no snapshot is kept.
CREATE OR REPLACE FUNCTION cascades_note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO cascades_change SELECT WHERE EXISTS (SELECT FROM cascades_snapshot);
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON trainings_training FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON trainings_enrolment FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON trainings_completion FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON trainings_attendance FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON trainings_score FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON trainings_headcount FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON registry_person FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON cascades_programme FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON cascades_iteration FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON cascades_iterationplace FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON cascades_tier FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON cascades_delivery FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON cascades_typedlink FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON cascades_certificationrule FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON cascades_certificationdecision FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON cascades_teachback FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON cascades_observation FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON cascades_observationscore FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
CREATE OR REPLACE TRIGGER cascades_note_change
    AFTER INSERT OR UPDATE OR DELETE ON cascades_sessionturn FOR EACH STATEMENT
    EXECUTE FUNCTION cascades_note_change();
