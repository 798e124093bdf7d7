"""How well trainings were held, what learners learnt, and what is odd in the records."""
