"""Past iterations out of sheets."""
