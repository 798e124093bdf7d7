"""The people of a cascade: who they are at each point of the way, by sex and age."""
