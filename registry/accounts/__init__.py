"""Staff accounts: signing in, roles, passwords, sessions."""
