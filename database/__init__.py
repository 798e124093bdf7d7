"""The embedded PostgreSQL server: its programs, its life, its backup."""
