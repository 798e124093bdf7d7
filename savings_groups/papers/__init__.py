"""What goes out: PDF, workbooks, the ledger as a file, drawings."""
