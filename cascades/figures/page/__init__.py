"""Figures together: at a glance, in tables, in a report, in a snapshot."""
