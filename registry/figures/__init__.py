"""What funders see, and when."""
