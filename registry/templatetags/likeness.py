"""What tells two people of one name apart."""

from django import template

from registry.models import Person
from registry.search.duplicates import details_of

register = template.Library()


@register.filter
def person_details(person: Person) -> str:
    """Sex, age and home place in one line."""
    return details_of(person)
