"""Everything that writes indicators and their targets."""
