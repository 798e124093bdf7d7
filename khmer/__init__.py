"""Pure functions on Khmer and Latin text. No database, no Django, no settings."""
