"""Rules of counting that know nothing of what is counted."""
