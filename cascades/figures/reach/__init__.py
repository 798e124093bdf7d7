"""How many people were reached, each once."""
