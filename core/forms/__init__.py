"""Fields that every form uses."""
