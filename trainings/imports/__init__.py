"""What comes in from files: sheets of trainings and attendance, photos."""
