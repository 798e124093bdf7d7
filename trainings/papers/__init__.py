"""What goes out: PDF, workbook, drawings."""
