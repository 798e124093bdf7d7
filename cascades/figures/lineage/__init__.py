"""Which delivery came of which."""
