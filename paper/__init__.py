"""How a page becomes a PDF and rows become a sheet. Knows no other app."""
