"""Lineage as a tree to open on a phone, as an icicle of first reach, and as an edge list."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cascades.figures.lineage.proposing import trained_by
from cascades.figures.lineage.searching import search_tree
from cascades.figures.lineage.trees import TreeNode, first_reach_trees
from cascades.figures.reach.people_reached import reach_of
from cascades.figures.scope import Scope
from cascades.models import Delivery
from cascades.views.shared import programme_or_404, scope_form
from core.access import requires, signed_in
from core.keys import key_in
from core.search_forms import searched
from paper import charts

# How many trees are shown, and how many deliveries of one are written out at once.
MOST_TREES = 40
MOST_NODES = 80
MOST_CHILDREN = 30


@dataclass
class Branch:
    """A delivery with what is shown of it; `more` are the deliveries below that are not."""

    delivery: Delivery
    trainers: list[str]
    first: int
    total: int
    children: list[Branch]
    more: int


@require_http_methods(["GET", "HEAD", "POST"])
@requires("records.see")
def lineage(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The trees of first reach; `?from=` begins with one delivery. Searched by POST."""
    words = searched(request)
    programme = programme_or_404(request, pk)
    form = scope_form(request, programme)
    scope = form.scope
    roots = first_reach_trees(scope)
    top = _chosen(roots, request.GET.get("from", ""))
    shown = [top] if top else roots[:MOST_TREES]
    context = {
        "programme": programme,
        "here": "lineage",
        "form": form,
        "scope": scope,
        "reach": reach_of(scope),
        "branches": branches(shown),
        "top": top,
        "trees": len(roots),
        "not_shown": 0 if top else len(roots) - len(shown),
        "icicle": icicle_of(shown, scope, request.GET),
        "query": words,
    }
    if words:
        context["found"], context["has_more"] = search_tree(scope, roots, words, signed_in(request))
    return render(request, "cascades/lineage.html", context)


def _chosen(roots: list[TreeNode], asked: str) -> TreeNode | None:
    """The node that the address asks for, or None."""
    wanted = key_in(asked)
    found = (node for root in roots for node in root if wanted and node.delivery == wanted)
    return next(found, None)


def branches(roots: list[TreeNode]) -> list[Branch]:
    """What is written out of some trees: at most MOST_NODES deliveries, the upper ones first."""
    chosen: set[UUID] = set()
    level = roots
    while level and len(chosen) < MOST_NODES:
        chosen |= {node.delivery for node in level[: MOST_NODES - len(chosen)]}
        level = [
            child
            for node in level
            if node.delivery in chosen
            for child in node.children[:MOST_CHILDREN]
        ]
    deliveries = Delivery.objects.select_related("tier", "training__place").in_bulk(chosen)
    trainers = trained_by(chosen)

    def branch(node: TreeNode) -> Branch:
        shown = [child for child in node.children if child.delivery in chosen]
        return Branch(
            delivery=deliveries[node.delivery],
            trainers=[str(turn.person) for turn in trainers[node.delivery]],
            first=node.first,
            total=node.total,
            children=[branch(child) for child in shown],
            more=len(node.children) - len(shown),
        )

    return [branch(root) for root in roots if root.delivery in chosen]


def icicle_of(
    roots: list[TreeNode], scope: Scope, asked: QueryDict, *, for_paper: bool = False
) -> SafeString | None:
    """First reach as boxes below boxes; None where nobody completed.

    A box leads to its own tree, in the scope that was asked for.
    """
    total = sum(root.total for root in roots)
    if not total:
        return None
    widest = {node.delivery for root in roots for node in root if node.total >= total / 50}
    names = {
        delivery.pk: str(delivery.training)
        for delivery in Delivery.objects.filter(pk__in=widest).select_related("training")
    }

    def node(tree: TreeNode) -> charts.Node:
        return charts.Node(
            names.get(tree.delivery, ""),
            tree.total,
            tuple(node(child) for child in tree.children),
            href=_from(asked, tree.delivery),
        )

    title = _("People by the delivery in which they first completed, and what it came of")
    root = charts.Node(scope.programme.name, total, tuple(node(tree) for tree in roots))
    return charts.icicle("icicle", title, root, unit=_("people"), for_paper=for_paper)


def _from(asked: QueryDict, delivery: UUID) -> str:
    query = asked.copy()
    query["from"] = str(delivery)
    return f"?{query.urlencode()}"
