"""The bookkeeping of a savings group, without a database."""
