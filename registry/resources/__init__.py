"""Registers in and out of spreadsheets."""
