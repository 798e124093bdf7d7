"""How the values of indicators are counted, and from whom."""
