"""Savings groups in Django's admin, for administrators."""

from savings_groups.admin import grading, groups, ledger, meetings

__all__ = ["grading", "groups", "ledger", "meetings"]
