"""Is this installation well? One page in words, and what to do about what is not."""

from core.doctor.findings import Finding, State, all_findings, looks_at

# Imported for what they register: the looks that every app stands behind.
from core.doctor import data, machine  # isort: skip

__all__ = ["Finding", "State", "all_findings", "data", "looks_at", "machine"]
