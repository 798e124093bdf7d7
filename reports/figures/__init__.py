"""How the values of indicators are counted, and from whom: compute(version, Period(...))."""

from reports.figures.computing import compute, compute_definition

__all__ = ["compute", "compute_definition"]
