"""Pages of trainings: thin, one function each; what they write is in `actions`."""
