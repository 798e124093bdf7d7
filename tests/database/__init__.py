"""A database backend for the tests alone; see base.py."""
