"""What trainings add to the apps below: sections of pages, merging people, messages."""
