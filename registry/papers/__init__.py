"""What goes out of the registry as a file."""
