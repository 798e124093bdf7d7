"""What the rules of a group say, the database says too: of what is booked, shared out and changed."""

from django.db import migrations

POSTING_BY_RULES = """
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
"""

CLOSING_GOES_ON = """
-- A closing is booked, closed, and opened again at most; nothing else about it changes. A welfare
-- fund that is shared out has lent nothing: what is lent is not there to be handed out.
CREATE OR REPLACE FUNCTION savings_groups_closing_goes_on() RETURNS trigger LANGUAGE plpgsql
    SET search_path = public, pg_temp AS $$
DECLARE
    may_change text[] := '{state,reopened_because,version}';
BEGIN
    IF NEW.state <> 'reopened' AND EXISTS (
        SELECT FROM savings_groups_balance b JOIN savings_groups_rules r ON r.id = NEW.rules_id
        WHERE b.group_id = NEW.group_id AND b.account = 1230 AND b.amount <> 0
          AND NEW.kind = 'share out' AND r.welfare_at_end = 'share'
    ) AND (TG_OP = 'INSERT' OR OLD.state = 'being booked') THEN
        RAISE EXCEPTION 'the welfare fund has lent something'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'welfare_shared_is_not_lent';
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.state = 'being booked' THEN RETURN NEW; END IF;
    ELSIF to_jsonb(NEW) = to_jsonb(OLD) OR (
        (OLD.state, NEW.state) IN (('being booked', 'closed'), ('closed', 'reopened'))
        AND to_jsonb(NEW) - may_change = to_jsonb(OLD) - may_change
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of a closing: it is closed, and opened again, and else stays', TG_OP
        USING ERRCODE = 'check_violation', CONSTRAINT = 'closing_stays';
END $$;

CREATE OR REPLACE TRIGGER closing_goes_on BEFORE INSERT OR UPDATE ON savings_groups_closing
    FOR EACH ROW EXECUTE FUNCTION savings_groups_closing_goes_on();
"""

RULES_CHANGE = """
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
"""


class Migration(migrations.Migration):

    dependencies = [
        ('savings_groups', '0020_rules_of_both'),
    ]

    operations = [
        migrations.RunSQL(POSTING_BY_RULES, migrations.RunSQL.noop),
        migrations.RunSQL(CLOSING_GOES_ON, migrations.RunSQL.noop),
        migrations.RunSQL(RULES_CHANGE, migrations.RunSQL.noop),
    ]
