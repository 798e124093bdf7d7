"""What is counted of cascades. The page, the PDF and the spreadsheet use the same figures."""
