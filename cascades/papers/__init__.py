"""The papers of a cascade. Importing this registers all of them."""

from cascades.papers import certificates, nudges, report, summary  # noqa: F401
