"""Is this installation well? One page in words, and what to do about what is not."""

from core.doctor.findings import Finding, State, all_findings, looks_at

__all__ = ["Finding", "State", "all_findings", "looks_at"]
