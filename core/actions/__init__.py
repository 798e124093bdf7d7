"""Writing actions: what each begins with, and asking the job worker."""
