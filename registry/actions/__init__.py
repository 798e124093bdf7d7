"""The verbs that write to the registry: atomic, keyword-only, by a named user."""
