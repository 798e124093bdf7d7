"""The triggers by which the database keeps a sealed sheet as it is."""

import pgtrigger

_STATE = """
    SELECT state INTO found FROM savings_groups_meeting
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.meeting_id ELSE NEW.meeting_id END;
    IF found = 'sealed' THEN
        RAISE EXCEPTION 'the meeting is sealed, its sheet cannot change'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'meeting_is_open';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


def refuse_when_sealed(table: str) -> pgtrigger.Trigger:
    """Refuse every write to a part of a sheet that is sealed."""
    return pgtrigger.Trigger(
        name=f"{table}_of_open_meeting",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("found", "text")],
        func=_STATE,
    )


def refuse_change_when_sealed() -> pgtrigger.Trigger:
    """Refuse a change or the removal of a sealed meeting itself."""
    return pgtrigger.Trigger(
        name="sealed_meeting_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        condition=pgtrigger.Q(old__state="sealed"),
        func="""
            RAISE EXCEPTION 'the meeting is sealed, it cannot change'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'meeting_is_open';
        """,
    )
