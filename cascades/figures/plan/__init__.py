"""What was planned, how the cascade grows, and what if."""
