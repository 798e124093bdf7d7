"""The names of the roles and of the database, the same on every server."""

SUPERUSER = "postgres"  # Makes the others, and is used for nothing else.
ROLE = "samaki"  # Owns the tables; migrates them.
APP_ROLE = "samaki_app"  # Runs the site; see core/grants.py.
BACKUP_ROLE = "samaki_backup"  # Reads everything and makes scratch databases; see backup.py.
DATABASE = "samaki"
