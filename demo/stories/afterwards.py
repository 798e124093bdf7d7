"""What people said at the end of made-up trainings, what they still do, and what they agreed to.

Everything here is demonstration data. Those rounds that came due lately wait to be asked.
"""

from __future__ import annotations

import random
from datetime import timedelta
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from PIL import Image, ImageDraw

from registry.actions.consenting import Ticks, record_consent, record_sheet
from registry.figures.consents import is_child
from registry.models import User
from registry.models.consents import Purpose, Way
from trainings.actions.evaluating import set_evaluation
from trainings.actions.following_up import (
    Answer,
    Said,
    begin_follow_up,
    leave_follow_up,
    record_answers,
)
from trainings.actions.outcomes import add_evidence, mark_recognisable
from trainings.figures.evaluating import Grade, Question
from trainings.figures.following_up import ENDS_AFTER, due_on
from trainings.figures.participation import participation_of
from trainings.models import Evidence, FollowUp, FollowUpAnswer, Training

Still = FollowUpAnswer.Still
# How likely each answer is: of a grade from the best one down, and of what is still done.
GRADES, HOW_GOOD = [5, 4, 3, 2, 1], [45, 33, 14, 6, 2]
HOW_STILL = {Still.FULLY: 44, Still.PARTLY: 28, Still.NO: 12, Still.NOT_REACHED: 16}
TICKED = {Purpose.PHOTO: 0.8, Purpose.NAME: 0.6, Purpose.CONTACT: 0.4}
SENTENCES = [
    "កត់ត្រាចំណូលចំណាយរៀងរាល់សប្តាហ៍",
    "បានបង្រៀនអ្នកជិតខាងបីនាក់បន្តទៀត",
    "ហ៊ាននិយាយក្នុងប្រជុំឃុំ",
    "សន្សំរៀងរាល់ខែជាមួយក្រុម",
]
# A round that came due later than this is left to whoever tries the demonstration.
WAITS = timedelta(days=70)
LARGE, SAMPLE = 26, 12
LEFT_OUT = ("Women's rights", FollowUp.Round.SIX.value, "Flood: the road was cut for two months.")


def evaluate(training: Training, *, chance: random.Random, by: User) -> None:
    """Paper forms at the end, which nine of ten participants filled in."""
    present = participation_of(training).everyone.total
    counts: dict[tuple[str, int], int] = {}
    for question in Question:
        answers = sum(chance.random() < 0.9 for _each in range(present))
        given = chance.choices(GRADES, HOW_GOOD, k=answers)
        counts |= {(question.value, grade): given.count(grade) for grade in Grade}
    set_evaluation(training, counts=counts, by=by)


def follow_up(training: Training, *, chance: random.Random, by: User) -> None:
    """Ask those who came, in every round that came due long enough ago."""
    today = timezone.localdate()
    for months in ENDS_AFTER:
        due = due_on(training, months)
        if due + WAITS > today:
            return
        title, left_out, reason = LEFT_OUT
        if (training.title_en, months) == (title, left_out):
            leave_follow_up(training, months=months, reason=reason, by=by)
            continue
        _ask(training, months, chance, by)


def _ask(training: Training, months: int, chance: random.Random, by: User) -> None:
    came = participation_of(training).named.total
    if not came:
        return
    sample = SAMPLE if came > LARGE else None
    begun = begin_follow_up(training, months=months, sample=sample, by=by)
    answers = []
    for row in begun.answers.order_by("enrolment__sheet_row"):
        [still] = chance.choices(list(HOW_STILL), list(HOW_STILL.values()))
        what = chance.choice(SENTENCES) if still == Still.FULLY and chance.random() < 0.5 else ""
        answers.append(Answer(row.pk, Said(still.value, what), Said()))
    on = due_on(training, months) + timedelta(days=chance.randint(0, 20))
    record_answers(begun, answers=answers, asked_on=on, by=by)


def agree(training: Training, *, chance: random.Random, by: User) -> None:
    """Boxes on the sign-in sheet; one of them takes the photo back a week later."""
    day = training.starts_on
    lines = []
    for enrolment in training.enrolments.learners().select_related("person"):
        person = enrolment.person
        ticked = [purpose.value for purpose, often in TICKED.items() if chance.random() < often]
        if person and ticked and not is_child(person, day):
            lines.append(Ticks(person, ticked))
    record_sheet(lines=lines, on=day, way=Way.SHEET, by=by)
    for line in lines[:1]:
        record_consent(
            line.person,
            purposes=[Purpose.PHOTO],
            is_given=False,
            on=min(day + timedelta(days=7), timezone.localdate()),
            way=Way.PHONE,
            by=by,
        )


def picture(training: Training, *, by: User) -> Evidence:
    """A drawing in the place of a photo: a field and a hall, and nobody in it."""
    image = Image.new("RGB", (1200, 800), "#cfe6f5")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 480, 1200, 800), fill="#7fae5a")
    draw.polygon([(300, 360), (600, 190), (900, 360)], fill="#a4472f")
    draw.rectangle((340, 360, 860, 600), fill="#efe2c4")
    for left in (400, 560, 720):
        draw.rectangle((left, 430, left + 80, 600), fill="#6b4f35")
    out = BytesIO()
    image.save(out, "PNG")
    upload = SimpleUploadedFile("hall.png", out.getvalue())
    kept = add_evidence(
        training, upload=upload, kind=Evidence.Kind.PHOTO, caption="សាលប្រជុំ (គំនូរ)", by=by
    )
    nobody = Evidence.Recognisable.NOBODY
    return mark_recognisable(kept, recognisable=nobody, people=[], version=kept.version, by=by)
