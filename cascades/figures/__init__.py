"""The questions that count. The page, the PDF and the spreadsheet ask the same ones."""
