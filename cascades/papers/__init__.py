"""The papers of a cascade. Importing this registers all of them."""

from cascades.papers import certificates, nudges, report  # noqa: F401
