"""Whether a page may promise a letter."""

from django import template

from core import mail

register = template.Library()


@register.simple_tag
def letters_are_delivered() -> bool:
    return mail.is_delivered()
