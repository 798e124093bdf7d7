"""What goes wrong with the embedded server."""


class EmbeddedPostgresError(Exception):
    """The embedded server cannot be used; the message says what a person can do about it."""
