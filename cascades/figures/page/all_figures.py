"""All figures, in the order of the pages. Imported once, for what these modules register."""

# isort: off
from cascades.figures.reach import figures  # noqa: F401
from cascades.figures.coverage import covered_places  # noqa: F401
from cascades.figures.reach import multiplying  # noqa: F401
from cascades.figures.funnel import activating  # noqa: F401
from cascades.figures.funnel import completing  # noqa: F401
from cascades.figures.quality import adherence  # noqa: F401
from cascades.figures.quality import learning_gains  # noqa: F401
from cascades.figures.quality import leading  # noqa: F401
from cascades.figures.plan import growth  # noqa: F401
