"""The papers of a cascade. Importing this registers all of them."""

from cascades.papers import certificates, nudges  # noqa: F401
