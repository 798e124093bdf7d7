"""All figures, in the order of the pages. Imported once, for what these modules register."""

# isort: off
from cascades.figures import reaching  # noqa: F401
from cascades.figures import coverage  # noqa: F401
from cascades.figures import multiplying  # noqa: F401
from cascades.figures import activating  # noqa: F401
from cascades.figures import completing  # noqa: F401
from cascades.figures import observing  # noqa: F401
from cascades.figures import learning  # noqa: F401
from cascades.figures import leading  # noqa: F401
from cascades.figures import planning  # noqa: F401
