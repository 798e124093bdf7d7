"""The verbs that write to trainings: atomic, keyword-only, by a named user."""
