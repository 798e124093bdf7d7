"""Words that stand in both languages on one paper."""

from __future__ import annotations

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import override

register = template.Library()


@register.filter
def both(words: str | Promise) -> SafeString:
    """A translatable word in Khmer, and below it in English."""
    with override("km"):
        khmer = str(words)
    with override("en"):
        english = str(words)
    return format_html('<span lang="km">{}</span><br><span lang="en">{}</span>', khmer, english)


@register.filter
def both_in_line(words: str | Promise) -> SafeString:
    """A translatable word in Khmer and, after a stroke, in English."""
    with override("km"):
        khmer = str(words)
    with override("en"):
        english = str(words)
    return format_html('<span lang="km">{}</span> / <span lang="en">{}</span>', khmer, english)
