"""Backups, the way back, and upgrades that can go back."""
