"""What people type about cascades, as words of the domain."""
