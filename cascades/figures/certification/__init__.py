"""Who is certified as a trainer, and who is due to train."""
