"""Past iterations from a spreadsheet: reading it, and finding the people it names."""
