"""What the access log says in words."""

from __future__ import annotations

from django import template
from django.apps import apps

from core.by_worker import label_of

register = template.Library()


@register.filter
def subject_in_words(subject: str) -> str:
    """What was printed or exported, by its label; the name of an account stays as it is."""
    if label := label_of(subject):
        return str(label)
    if subject.startswith("admin."):
        model = apps.get_model(subject.removeprefix("admin."))
        return str(model._meta.verbose_name_plural)
    return subject
