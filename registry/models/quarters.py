"""What a funder sees: figures of a project as they stood at the end of a quarter."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from registry.models.organisations import Project


class QuarterFigures(models.Model):
    """The figures of a project at the end of a quarter, small numbers left out.

    They are made once. What is entered or corrected later shows in those of the next quarter:
    two files that differ by one person would tell who that person is.
    """

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="quarters", verbose_name=_("project")
    )
    as_of = models.DateField(_("as of"))
    made_at = models.DateTimeField(_("made at"), auto_now_add=True)
    # Trainings, groups and iterations counted in it, by identifier: what is counted in two
    # projects is looked at together.
    records = models.JSONField(_("records"), default=list)
    # A number by what it counts; null for what must not be shown. It holds no name and no text.
    figures = models.JSONField(_("figures"), default=dict)

    class Meta:
        verbose_name = _("figures of a quarter")
        verbose_name_plural = _("figures of quarters")
        ordering = ["-as_of", "project"]
        constraints = [
            models.UniqueConstraint(fields=["project", "as_of"], name="quarter_figures_once"),
        ]
        triggers = [
            pgtrigger.Protect(name="quarter_figures_never_change", operation=pgtrigger.Update),
            # At the end, because Django removes what refers to a project before the project.
            pgtrigger.Trigger(
                name="quarter_figures_go_with_their_project",
                when=pgtrigger.After,
                operation=pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                func="""
                    IF EXISTS (SELECT FROM registry_project WHERE id = OLD.project_id) THEN
                        RAISE EXCEPTION 'figures of a quarter go only with their project'
                            USING ERRCODE = 'integrity_constraint_violation',
                                  CONSTRAINT = 'quarter_figures_go_with_their_project';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.as_of}"
