"""How a spreadsheet that comes in is read, and becomes records."""
