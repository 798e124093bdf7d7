"""What tells two people of one name apart."""

from django import template

from registry.duplicates import details_of
from registry.models import Person

register = template.Library()


@register.filter
def person_details(person: Person) -> str:
    """Sex, age and home place in one line."""
    return details_of(person)
