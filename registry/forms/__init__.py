"""Forms: from what people type to the words of the domain."""
