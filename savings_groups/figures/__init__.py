"""What is calculated of savings groups, for pages, papers and spreadsheets alike."""
