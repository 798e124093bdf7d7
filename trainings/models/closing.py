"""The trigger by which the database keeps a closed training as it is."""

import pgtrigger

# Cancelled trainings take no new facts either. Deleting a whole training cascades to its rows
# with the training gone already, so those deletions find no state and pass.
_STATUS = """
    SELECT status INTO found FROM trainings_training
    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.training_id ELSE NEW.training_id END;
    IF found IS NOT NULL AND found <> 'open' AND NOT {exempt} THEN
        RAISE EXCEPTION 'training is %, its records cannot change', found
            USING ERRCODE = 'check_violation', CONSTRAINT = 'training_is_open';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
"""


# Two entries of one person may be found years later; merging them must remain possible.
_ONLY_THE_PERSON = (
    "(TG_OP = 'UPDATE' AND to_jsonb(NEW) - 'person_id' - 'version'"
    " = to_jsonb(OLD) - 'person_id' - 'version')"
)


def refuse_when_closed(table: str, *, except_for_person: bool = False) -> pgtrigger.Trigger:
    """Refuse every write to a row of a training that is closed or cancelled."""
    return pgtrigger.Trigger(
        name=f"{table}_of_open_training",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("found", "text")],
        func=_STATUS.format(exempt=_ONLY_THE_PERSON if except_for_person else "false"),
    )


def refuse_change_while_closed() -> pgtrigger.Trigger:
    """Refuse a change of a closed training itself; only opening it again passes."""
    return pgtrigger.Trigger(
        name="closed_training_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__status="closed", new__status="closed"),
        func="""
            RAISE EXCEPTION 'training is closed, it cannot change'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'training_is_open';
        """,
    )
