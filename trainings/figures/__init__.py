"""What is counted of trainings. The page, the PDF and the spreadsheet use the same figures."""
