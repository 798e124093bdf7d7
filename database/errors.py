"""What goes wrong with the embedded server, with a backup, and on the way back."""


class DatabaseError(Exception):
    """The message says what a person can do about it."""


class EmbeddedPostgresError(DatabaseError):
    """The embedded server cannot be used."""


class BackupError(DatabaseError):
    """A backup could not be made, proved or restored. What was there before is as it was."""


class BackupDamagedError(BackupError):
    """What is in the file is not what was put into it, or the file is none of ours."""


class WrongKeyError(BackupError):
    """The file was locked with another key."""


class BusyError(BackupError):
    """Somebody else is at it."""
