"""From the list of learners to trainers who train others."""
