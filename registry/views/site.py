"""Pages of the site itself: language, health, and the catalogue of components."""

from __future__ import annotations

import shutil
from datetime import date, time

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import set_language

from core.page_sections import Appointment, Need
from paper.charts.samples import samples
from registry.models import User

# Below this the database could soon not write any more.
LEAST_FREE_PART = 0.05


@require_POST
@login_not_required
def language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages, and remember it with the account."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(language=chosen)
    return set_language(request)


@require_safe
@never_cache
@login_not_required
def live(_request: HttpRequest) -> HttpResponse:
    """Whether the web server answers at all."""
    return JsonResponse({"live": True})


@require_safe
@never_cache
@login_not_required
def ready(_request: HttpRequest) -> HttpResponse:
    """Whether people can work: database, migrations and disk. Says no more than that."""
    checks = {"database": _database_answers(), "disk": _disk_has_room()}
    checks["migrations"] = checks["database"] and _migrations_are_current()
    return JsonResponse(checks, status=200 if all(checks.values()) else 503)


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            # A server that lost its disk still reads; taking a number writes.
            cursor.execute("SELECT pg_current_xact_id()")
    except DatabaseError:
        return False
    return True


def _migrations_are_current() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _disk_has_room() -> bool:
    usage = shutil.disk_usage(settings.SAMAKI_HOME)
    return usage.free / usage.total > LEAST_FREE_PART


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state, to look at while changing the stylesheets."""
    if not settings.STYLEGUIDE:
        raise Http404
    context = {
        "conflicts": [("Title", "Women in Leadership", "Women leading")],
        "statuses": ["present", "late", "excused", "absent"],
        "charts": samples(),
        "needs": [Need(3, "trainings to close", "#needs"), Need(0, "sheets to seal", "#needs")],
        "appointments": [
            Appointment(
                date(2026, 11, 30),
                time(8),
                "ស្ត្រីក្នុងភាពជាអ្នកដឹកនាំ",
                "Session 1 · Wat Kor",
                "#needs",
                button="Mark attendance",
                count="18 of 24 marked",
            ),
            Appointment(date(2026, 11, 30), None, "Kandal group", "Meeting 19", "#needs"),
            Appointment(date(2026, 12, 3), None, "Settling disputes", "Session 2", "#needs"),
        ],
    }
    return render(request, "ui/styleguide.html", context)
