"""Indicators as files."""
