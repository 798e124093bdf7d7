"""The verbs that write: atomic, keyword-only, by a named user."""
