"""All figures. Imported once, for what these modules register."""

from cascades.figures import (  # noqa: F401
    activating,
    completing,
    coverage,
    leading,
    learning,
    multiplying,
    observing,
    planning,
    reaching,
)
