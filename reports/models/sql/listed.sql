-- Whatever a list follows from tells it, a statement at a time.
CREATE OR REPLACE TRIGGER reports_list_changed AFTER UPDATE ON trainings_training
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_training();
CREATE OR REPLACE TRIGGER reports_list_more AFTER INSERT ON trainings_trainingproject
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_trainings();
CREATE OR REPLACE TRIGGER reports_list_changed AFTER UPDATE ON trainings_trainingproject
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_trainings();
CREATE OR REPLACE TRIGGER reports_list_fewer AFTER DELETE ON trainings_trainingproject
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_trainings();
CREATE OR REPLACE TRIGGER reports_list_more AFTER INSERT ON trainings_session
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_trainings();
CREATE OR REPLACE TRIGGER reports_list_changed AFTER UPDATE ON trainings_session
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_trainings();
CREATE OR REPLACE TRIGGER reports_list_fewer AFTER DELETE ON trainings_session
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_trainings();
CREATE OR REPLACE TRIGGER reports_list_more AFTER INSERT ON trainings_enrolment
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_enrolments();
CREATE OR REPLACE TRIGGER reports_list_changed AFTER UPDATE ON trainings_enrolment
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_enrolments();
CREATE OR REPLACE TRIGGER reports_list_fewer AFTER DELETE ON trainings_enrolment
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_enrolments();
CREATE OR REPLACE TRIGGER reports_list_more AFTER INSERT ON trainings_attendance
    REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_attendance();
CREATE OR REPLACE TRIGGER reports_list_changed AFTER UPDATE ON trainings_attendance
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_attendance();
CREATE OR REPLACE TRIGGER reports_list_fewer AFTER DELETE ON trainings_attendance
    REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_attendance();
CREATE OR REPLACE TRIGGER reports_list_changed AFTER UPDATE ON registry_person
    REFERENCING NEW TABLE AS fresh OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_of_people();
CREATE OR REPLACE TRIGGER reports_list_nobody AFTER TRUNCATE ON trainings_training
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_nobody();
CREATE OR REPLACE TRIGGER reports_list_nobody AFTER TRUNCATE ON trainings_trainingproject
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_nobody();
CREATE OR REPLACE TRIGGER reports_list_nobody AFTER TRUNCATE ON trainings_session
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_nobody();
CREATE OR REPLACE TRIGGER reports_list_nobody AFTER TRUNCATE ON trainings_enrolment
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_nobody();
CREATE OR REPLACE TRIGGER reports_list_nobody AFTER TRUNCATE ON trainings_attendance
    FOR EACH STATEMENT EXECUTE FUNCTION reports_list_nobody();
