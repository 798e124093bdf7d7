"""Whether a scope holds demonstration data, which every paper about it must say."""

from __future__ import annotations

from cascades.figures.scope import Scope
from cascades.models import Iteration
from core.figures.definitions import once_a_scope
from trainings.models import Training


@once_a_scope
def holds_demo_data(scope: Scope) -> bool:
    """Whether the design, a delivery, or somebody on the list of one is made up."""
    iterations = Iteration.objects.filter(programme=scope.programme, is_demo=True)
    if scope.iteration:
        iterations = iterations.filter(pk=scope.iteration.pk)
    if scope.programme.is_demo or iterations.exists():
        return True
    held = Training.objects.filter(pk__in=scope.deliveries().values("training"))
    return held.with_demo_data().exists()
