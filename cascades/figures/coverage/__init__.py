"""Which places are covered, which are not, and where to go next."""
