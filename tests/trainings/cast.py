"""A training of two days, and a colleague who works on it at the same time.

They become fixtures twice, as the cast of all tests does; see tests/cast.py.
"""

from registry.models import Organisation, User
from tests.factories import make_user
from tests.trainings.factories import make_training
from trainings.models import Session, Training


def colleague(strey_khmer: Organisation) -> User:
    """Another member of field staff, of the same organisation."""
    return make_user(organisation=strey_khmer, username="kanha", first_name="Kanha")


def training(strey_khmer: Organisation, field_staff: User) -> Training:
    return make_training(owner=strey_khmer, by=field_staff)


def session(training: Training) -> Session:
    return training.sessions.get(number=1)
