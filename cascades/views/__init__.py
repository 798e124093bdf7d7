"""The pages of cascades. Views are thin: they find, ask, and show."""
