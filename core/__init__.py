"""How every page, action and file works, whatever it is about."""
