"""What indicators add to the apps below."""
