"""Finding people, places and organisations, and who may be entered already."""
