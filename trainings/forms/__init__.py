"""Forms of trainings: from what people type to what the actions take."""
