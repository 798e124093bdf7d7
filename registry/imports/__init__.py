"""What comes in from files: the gazetteer, and sheets of people and organisations."""
