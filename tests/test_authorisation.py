"""Who may open what: every address of the site, every role, own, others' and unknown records.

A new address without a row here fails. A record of another organisation and one that does not
exist get the same answer, so that nobody learns which exist.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from PIL import Image

from cascades.actions.certifying import add_rule, decide_certification
from cascades.actions.designing import add_published_figure
from cascades.actions.linking import link_deliveries
from cascades.actions.observing import Item, add_checklist, record_observation, record_teach_back
from cascades.models import Delivery, Programme
from core.models import Document
from registry.models import Organisation, PairDecision, Person, Project, User
from reports.actions.commenting import comment_on
from reports.actions.indicators import add_indicator
from reports.actions.photos import add_photo
from reports.models import Definition, ReportPhoto, SectionKind
from savings_groups.actions.closing import close_year
from savings_groups.actions.members import give_office
from tests.cascades.factories import make_delivery, make_iteration, make_programme, tier_of
from tests.conftest import signed_in
from tests.factories import (
    make_affiliation,
    make_organisation,
    make_person,
    make_project,
    make_user,
)
from tests.kept import *  # noqa: F403
from tests.reports.donor_factories import SECTIONS, make_donor_form, make_report, submit
from tests.savings_groups.factories import draft, hold, make_group, make_member
from tests.trainings.factories import make_enrolment, make_training, mark
from trainings.actions.certificates import issue_certificates
from trainings.actions.closing import close_training
from trainings.actions.curricula import add_version
from trainings.actions.following_up import begin_follow_up
from trainings.actions.outcomes import add_evidence, mark_recognisable, record_change
from trainings.models import Evidence, IndirectCount, Training

EVERYONE, SIGNED_IN = "everyone", "signed in"
ROLES = ["field_staff", "coordinator", "administrator", "funder"]
CANARY = "Kanary"
CIRCLE = "Circle of"


@dataclass(frozen=True)
class Row:
    """An address: the permission it needs, the kind of record it is about, and its method."""

    permission: str
    record: str = ""
    post: bool = False
    # Addresses whose records a funder sees as figures.
    figures: bool = False
    # The directory of organisations is shared; so are places.
    shared: bool = False
    # What is shared for reading only: 403, because everybody knows that it is there.
    own_only: bool = False


ADDRESSES = {
    "home": Row(SIGNED_IN),
    "live": Row(EVERYONE),
    "ready": Row(EVERYONE),
    "language": Row(EVERYONE, post=True),
    "styleguide": Row(SIGNED_IN),
    "figure-definitions": Row(SIGNED_IN),
    "certificate-public": Row(EVERYONE, "token"),
    # People
    "people": Row("records.see"),
    "person-new": Row("people.register"),
    "person-likenesses": Row("people.register", post=True),
    "person": Row("records.see", "person"),
    "person-edit": Row("people.register", "person"),
    "person-consents": Row("people.register", "person"),
    "person-functioning": Row("disability.see", "person"),
    "pairs": Row("people.decide"),
    "pair": Row("people.decide", "two people"),
    "pair-different": Row("people.decide", "two people", post=True),
    "pair-same": Row("people.decide", "two people", post=True),
    "pair-undo": Row("people.decide", "decision", post=True),
    "affiliation-new": Row("people.register", "person"),
    "affiliation-edit": Row("people.register", "affiliation"),
    "affiliation-remove": Row("people.register", "affiliation", post=True),
    "people-export": Row("export.names"),
    # Organisations, projects, places
    "organisations": Row("records.see"),
    "organisation-new": Row("organisations.edit"),
    "organisation": Row("records.see", "organisation", shared=True),
    "organisation-edit": Row("organisations.edit", "organisation", own_only=True),
    "projects": Row("figures.see"),
    "project-new": Row("projects.edit"),
    "project": Row("figures.see", "project", figures=True),
    "project-quarter": Row("figures.see", "project", figures=True),
    "project-quarter-xlsx": Row("export.figures", "project", figures=True),
    "project-edit": Row("projects.edit", "project"),
    "places": Row("figures.see"),
    "place-suggestions": Row("figures.see"),
    "place": Row("figures.see", "place", shared=True),
    # Paper and log
    "access-log": Row("log.see"),
    "document-new": Row("paper.print", "paper", post=True),
    "document": Row(SIGNED_IN, "document"),
    "document-again": Row(SIGNED_IN, "document", post=True),
    "document-stop": Row(SIGNED_IN, "document", post=True),
    "document-file": Row(SIGNED_IN, "document"),
    # Trainings
    "trainings:list": Row("figures.live"),
    "trainings:new": Row("trainings.plan"),
    "trainings:detail": Row("records.see", "training"),
    "trainings:edit": Row("trainings.plan", "training"),
    "trainings:cancel": Row("trainings.plan", "training", post=True),
    "trainings:cancel-take-back": Row("trainings.plan", "training", post=True),
    "trainings:parts": Row("trainings.plan", "training"),
    "trainings:part-remove": Row("trainings.plan", "part", post=True),
    "trainings:session-new": Row("trainings.plan", "training"),
    "trainings:session-edit": Row("trainings.plan", "session"),
    "trainings:session-remove": Row("trainings.plan", "session", post=True),
    "trainings:people": Row("records.see", "training"),
    "trainings:people-behind": Row("records.see", "training"),
    "trainings:sheet-entry": Row("trainings.record", "training"),
    "trainings:person-add": Row("trainings.record", "training"),
    "trainings:enrolment-edit": Row("trainings.record", "enrolment"),
    "trainings:enrolment-remove": Row("trainings.record", "enrolment", post=True),
    "trainings:organisation-add": Row("trainings.record", "training"),
    "trainings:consents": Row("people.register", "training"),
    "trainings:head-counts": Row("trainings.record", "training"),
    "trainings:indirect-counts": Row("trainings.record", "training"),
    "trainings:attendance": Row("trainings.record", "session"),
    "trainings:discussion-groups": Row("trainings.record", "session"),
    "trainings:tests": Row("trainings.record", "training"),
    "trainings:test-maximum": Row("trainings.record", "training", post=True),
    "trainings:evaluation": Row("trainings.record", "training"),
    "trainings:follow-ups-due": Row("records.see"),
    "trainings:follow-ups": Row("records.see", "training"),
    "trainings:follow-up-begin": Row("trainings.record", "training"),
    "trainings:follow-up": Row("trainings.record", "follow-up"),
    "trainings:follow-up-behind": Row("records.see", "follow-up"),
    "trainings:follow-up-remove": Row("trainings.record", "follow-up", post=True),
    "trainings:changes": Row("records.see", "training"),
    "trainings:change-new": Row("trainings.record", "training"),
    "trainings:change-edit": Row("trainings.record", "change"),
    "trainings:change-verify": Row("trainings.record", "change", post=True),
    "trainings:change-release": Row("texts.release", "change", post=True),
    "trainings:change-take-back": Row("texts.release", "change", post=True),
    "trainings:change-remove": Row("trainings.record", "change", post=True),
    "trainings:evidence": Row("trainings.record", "training"),
    "trainings:evidence-file": Row("records.see", "evidence"),
    "trainings:evidence-people": Row("trainings.record", "evidence"),
    "trainings:evidence-remove": Row("trainings.record", "evidence", post=True),
    "trainings:close": Row("trainings.close", "training"),
    "trainings:reopen": Row("trainings.reopen", "training"),
    "trainings:certificates": Row("certificates.issue", "training"),
    "trainings:certificate-withdraw": Row("certificates.issue", "certificate"),
    "trainings:figures": Row("figures.live", "training"),
    "trainings:report-xlsx": Row("export.live", "training"),
    "trainings:papers": Row("paper.print", "training"),
    # Savings groups
    "groups:list": Row("figures.live"),
    "groups:new": Row("groups.edit"),
    "groups:detail": Row("figures.live", "group"),
    "groups:edit": Row("groups.edit", "group"),
    "groups:rules": Row("records.see", "group"),
    "groups:rules-new": Row("groups.edit", "group"),
    "groups:go-live": Row("groups.edit", "group"),
    "groups:cut-off": Row("groups.edit", "group", post=True),
    "groups:import": Row("groups.edit", "group"),
    "groups:import-template": Row("groups.edit"),
    "groups:members": Row("records.see", "group"),
    "groups:member-add": Row("groups.edit", "group"),
    "groups:member-entry": Row("groups.edit", "group"),
    "groups:member-edit": Row("groups.edit", "member"),
    "groups:member-leave": Row("groups.edit", "member"),
    "groups:fine-waive": Row("groups.correct", "member"),
    "groups:office-give": Row("groups.edit", "group", post=True),
    "groups:office-end": Row("groups.edit", "office"),
    "groups:meetings": Row("records.see", "group"),
    "groups:meeting-new": Row("groups.record", "group"),
    "groups:meeting": Row("records.see", "sealed meeting"),
    "groups:sheet": Row("groups.record", "meeting"),
    "groups:count": Row("groups.record", "meeting"),
    "groups:seal": Row("groups.record", "meeting"),
    "groups:meeting-move": Row("groups.record", "meeting"),
    "groups:meeting-remove": Row("groups.record", "meeting"),
    "groups:row-correct": Row("groups.correct", "meeting and member"),
    "groups:ledger": Row("records.see", "group"),
    "groups:ledger-export": Row("export.live", "group and form"),
    "groups:journal": Row("records.see", "journal"),
    "groups:journal-reverse": Row("groups.correct", "journal"),
    "groups:loans": Row("records.see", "group"),
    "groups:loan-new": Row("groups.record", "group"),
    "groups:loan": Row("records.see", "loan"),
    "groups:loan-renew": Row("groups.correct", "loan"),
    "groups:loan-write-off": Row("groups.correct", "loan"),
    "groups:loan-waive-interest": Row("groups.correct", "loan"),
    "groups:statement": Row("figures.live", "group"),
    "groups:papers": Row("paper.print", "group"),
    "groups:passbook": Row("records.see", "member"),
    "groups:compare": Row("figures.live"),
    "groups:compare-xlsx": Row("export.live"),
    "groups:figures": Row("figures.live", "group"),
    "groups:figure": Row("figures.live", "group and figure"),
    "groups:closings": Row("groups.close", "group"),
    "groups:close-year": Row("groups.close", "group", post=True),
    "groups:closing": Row("groups.close", "closing"),
    "groups:reopen-year": Row("groups.reopen", "closing"),
    # Cascades
    "cascades:list": Row("figures.live"),
    "cascades:new": Row("cascades.design"),
    "cascades:programme": Row("figures.live", "programme"),
    "cascades:papers": Row("paper.print", "programme"),
    "cascades:design": Row("records.see", "programme"),
    "cascades:edit": Row("cascades.design", "programme"),
    "cascades:iteration-new": Row("cascades.design", "programme"),
    "cascades:iteration": Row("records.see", "iteration"),
    "cascades:iteration-edit": Row("cascades.design", "iteration"),
    "cascades:iteration-clone": Row("cascades.design", "iteration"),
    "cascades:tier-new": Row("cascades.design", "iteration"),
    "cascades:tier-edit": Row("cascades.design", "tier"),
    "cascades:tier-remove": Row("cascades.design", "tier", post=True),
    "cascades:published-add": Row("cascades.design", "iteration"),
    "cascades:published-remove": Row("cascades.design", "published figure", post=True),
    "cascades:deliveries": Row("records.see", "programme"),
    "cascades:delivery-new": Row("cascades.record", "tier"),
    "cascades:delivery-attach": Row("cascades.record", "tier"),
    "cascades:delivery": Row("records.see", "delivery"),
    "cascades:delivery-detach": Row("cascades.record", "delivery", post=True),
    "cascades:session-turns": Row("cascades.record", "session of a delivery"),
    "cascades:delivery-trainers": Row("cascades.record", "delivery"),
    "cascades:link-new": Row("cascades.design", "delivery"),
    "cascades:link-remove": Row("cascades.design", "typed link", post=True),
    "cascades:quality": Row("records.see", "programme"),
    "cascades:quality-cases": Row("records.see", "programme and check"),
    "cascades:trainers": Row("records.see", "programme"),
    "cascades:trainers-due": Row("records.see", "programme"),
    "cascades:trainers-together": Row("records.see", "programme"),
    "cascades:trainers-together-xlsx": Row("export.live", "programme"),
    "cascades:trainer": Row("records.see", "programme and trainer"),
    "cascades:decision-new": Row("cascades.certify", "programme and trainer"),
    "cascades:decision-remove": Row("cascades.certify", "certification decision", post=True),
    "cascades:certification-rules": Row("records.see", "programme"),
    "cascades:rule-new": Row("cascades.certify", "programme"),
    "cascades:rule-edit": Row("cascades.certify", "certification rule"),
    "cascades:rule-remove": Row("cascades.certify", "certification rule", post=True),
    "cascades:checklist-new": Row("cascades.design", "programme"),
    "cascades:checklist-remove": Row("cascades.design", "checklist", post=True),
    "cascades:observations": Row("records.see", "delivery"),
    "cascades:teach-back-new": Row("cascades.record", "delivery"),
    "cascades:teach-back-remove": Row("cascades.record", "teach-back", post=True),
    "cascades:observation-new": Row("cascades.record", "delivery"),
    "cascades:observation-edit": Row("cascades.record", "observation"),
    "cascades:observation-remove": Row("cascades.record", "observation", post=True),
    "cascades:lineage": Row("records.see", "programme"),
    "cascades:edges-csv": Row("export.live", "programme"),
    "cascades:import": Row("cascades.design", "iteration"),
    "cascades:import-template": Row("cascades.design"),
    "cascades:coverage": Row("figures.live", "programme"),
    "cascades:coverage-places": Row("figures.live", "programme"),
    "cascades:coverage-people": Row("records.see", "programme"),
    "cascades:coverage-xlsx": Row("export.live", "programme"),
    "cascades:coverage-csv": Row("export.live", "programme"),
    "cascades:gaps": Row("figures.live", "programme"),
    "cascades:gaps-xlsx": Row("export.live", "programme"),
    "cascades:next-places": Row("figures.live", "programme"),
    "cascades:what-if": Row("figures.live", "programme"),
    "cascades:figures": Row("figures.live", "programme"),
    "cascades:figure": Row("figures.live", "programme and figure"),
    "cascades:figures-xlsx": Row("export.live", "programme"),
    "cascades:figure-list-xlsx": Row("export.live", "programme and figure"),
    "cascades:people-behind": Row("records.see", "programme and group"),
    "cascades:people-behind-xlsx": Row("export.live", "programme and group"),
    "cascades:curricula": Row("records.see"),
    "cascades:curriculum-new": Row("cascades.design"),
    "cascades:curriculum": Row("records.see", "curriculum"),
    "cascades:curriculum-edit": Row("cascades.design", "curriculum"),
    "cascades:version-new": Row("cascades.design", "curriculum"),
    "cascades:version-edit": Row("cascades.design", "curriculum version"),
    # Indicators
    "reports:project": Row("figures.live", "project"),
    "reports:project-xlsx": Row("export.live", "project"),
    "reports:templates": Row("indicators.edit", "project"),
    "reports:calendar": Row("indicators.edit", "project"),
    "reports:targets": Row("indicators.edit", "project"),
    "reports:new": Row("indicators.edit", "project"),
    "reports:indicator": Row("figures.live", "indicator"),
    "reports:define": Row("indicators.edit", "indicator"),
    "reports:behind": Row("records.see", "indicator"),
    # Reports to donors
    "reports:report-list": Row("reports.read"),
    "reports:reports": Row("reports.write", "project"),
    "reports:report-new": Row("reports.write", "project"),
    "reports:form-new": Row("reports.write", "project"),
    "reports:form-edit": Row("reports.write", "form of a donor"),
    "reports:plan-all": Row("reports.write", "form of a donor", post=True),
    "reports:report": Row("reports.read", "report", figures=True),
    "reports:report-edit": Row("reports.write", "open report"),
    "reports:report-remove": Row("reports.write", "open report", post=True),
    "reports:report-indicators": Row("reports.write", "open report"),
    "reports:preview": Row("reports.write", "open report"),
    "reports:section": Row("reports.write", "open report and section"),
    "reports:photos": Row("reports.write", "open report and photos"),
    "reports:photo-edit": Row("reports.write", "report photo"),
    "reports:photo-remove": Row("reports.write", "report photo", post=True),
    "reports:sent-photo": Row("reports.read", "version and photo", figures=True),
    "reports:line-edit": Row("reports.write", "open report and indicator"),
    "reports:check": Row("reports.write", "open report"),
    "reports:step": Row("reports.read", "report and step", figures=True),
    "reports:differences": Row("reports.write", "report"),
    "reports:thread": Row("reports.read", "report", figures=True),
    "reports:comment": Row("reports.read", "report and comment", post=True, figures=True),
    "reports:version": Row("reports.read", "version", figures=True),
    "reports:figure": Row("records.see", "reference"),
    "reports:form-iati-edit": Row("reports.write", "form of a donor"),
    "reports:form-word": Row("reports.write", "form of a donor"),
    "reports:form-word-drop": Row("reports.write", "form of a donor", post=True),
    "reports:number": Row("reports.read"),
    "reports:sent-pdf": Row("reports.read", "version", figures=True),
    "reports:sent-xlsx": Row("reports.read", "version", figures=True),
    "reports:sent-docx": Row("reports.read", "version", figures=True),
    "reports:sent-iati": Row("reports.read", "version", figures=True),
    "reports:sent-pack": Row("reports.read", "version", figures=True),
}
# Records that two keys lead to.
PAIRS = (
    "two people",
    "meeting and member",
    "group and figure",
    "group and form",
    "programme and check",
    "programme and figure",
    "programme and group",
    "programme and trainer",
    "open report and section",
    "open report and indicator",
    "report and step",
    "report and comment",
    "open report and photos",
    "version and photo",
)
# Pages of allauth and of the admin have tests of their own.
ELSEWHERE = ("account_", "mfa_", "usersessions_", "admin:")


# What a page may cost: questions to the database, and bytes of HTML before it is compressed.
MOST_QUERIES, MOST_BYTES = 25, 60 * 1024
# Most of some sixty figures are counted each by itself where no snapshot was taken; with one they
# are 9.
# The page of a project has sections of four apps; the first page has counts and weeks of all.
MOST_QUERIES_OF = {"cascades:figures": 80, "project": 26, "home": 34}


def addresses(patterns=None, space="") -> dict[str, Any]:
    """The views of all addresses of the site, by their names."""
    views = {}
    for each in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(each, URLResolver):
            inner = f"{space}{each.namespace}:" if each.namespace else space
            views |= addresses(each.url_patterns, inner)
        elif isinstance(each, URLPattern) and each.name:
            views[space + each.name] = each.callback
    return views


def test_every_address_has_a_row():
    ours = {name for name in addresses() if not name.startswith(ELSEWHERE)}
    assert ours == ADDRESSES.keys()


def test_every_view_asks_for_the_permission_of_its_row():
    """Two permissions of the same roles are not the same: a site may have roles of its own."""
    views = addresses()
    asked = {name: getattr(views[name], "permission", None) for name in ADDRESSES}
    told = {
        name: None if row.permission in (SIGNED_IN, EVERYONE) else row.permission
        for name, row in ADDRESSES.items()
    }
    assert asked == told


@dataclass
class World:
    """One organisation's records, one of each kind, with a canary in every name."""

    records: dict[str, object]

    def address(self, name: str) -> str:
        """Where an address leads for a record of this world."""
        return _address(name, self.records.get(ADDRESSES[name].record))


def _address(name: str, record: object) -> str:
    kind = ADDRESSES[name].record
    if kind in ("", "paper"):
        return reverse(name)
    if kind in PAIRS:
        return reverse(name, args=record)
    return reverse(name, args=[record])


def unknown(name: str) -> str:
    """An address for a record that does not exist."""
    kind = ADDRESSES[name].record
    nothing: dict[str, object] = {
        "two people": [uuid4(), uuid4()],
        "meeting and member": [uuid4(), uuid4()],
        "programme and trainer": [uuid4(), uuid4()],
        "group and figure": [uuid4(), "savings_total"],
        "group and form": [uuid4(), "csv"],
        "programme and check": [uuid4(), "no_home"],
        "programme and figure": [uuid4(), "reach"],
        "programme and group": [uuid4(), "trainers"],
        "open report and section": [uuid4(), uuid4()],
        "open report and indicator": [uuid4(), uuid4()],
        "report and step": [uuid4(), "accept"],
        "report and comment": [uuid4(), uuid4()],
        "open report and photos": [uuid4(), uuid4()],
        "version and photo": [uuid4(), 999_999_999],
        "reference": "ZZZZZZ",
        "token": "AAAAAAAAAAAAAAAA",
        "place": "99",
    }
    return _address(name, nothing.get(kind, uuid4()))


def picture(colour: str = "green") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, "PNG")
    return SimpleUploadedFile("photo.png", out.getvalue())


def make_world(owner: Organisation, project: Project, by: User) -> World:
    person, twin = (
        make_person(owner=owner, name_latin=f"{CANARY}{owner.name_latin} {n}") for n in "AB"
    )
    world = World({"project": project.pk, "organisation": owner.pk, "place": "020308"})
    world.records |= records_of_trainings(owner, project, by, person, twin)
    world.records |= records_of_groups(owner, project, by, person, twin)
    world.records |= records_of_cascades(owner, project, by, person, twin)
    world.records["indicator"] = add_indicator(
        project, definition=Definition(), name_en="People trained", by=by
    ).pk
    world.records |= records_of_reports(owner, project)
    return world


def records_of_reports(owner: Organisation, project: Project) -> dict[str, object]:
    """A report that its donor was sent, with a comment, and one that is written."""
    by = make_user(organisation=owner, role=User.Role.COORDINATOR)
    if not project.donors.exists():
        project.donors.add(make_organisation(kind=Organisation.Kind.DONOR))
    photos = {"kind": SectionKind.PHOTOS, "title_en": "Photos", "is_required": False}
    form = make_donor_form(project, by=by, sections=[*SECTIONS, photos])
    report = make_report(form, by=by)
    section = form.sections.get(kind=SectionKind.PHOTOS)
    picture = photo_of(project, by=by)
    # It goes into a report as long as its training is not sensitive.
    training = Training.objects.filter(pk=picture.training_id)
    was_sensitive = training.get().is_sensitive
    training.update(is_sensitive=False)
    add_photo(report, section=section, evidence=picture, caption_en="x", by=by)
    submit(report, by=by)
    report.refresh_from_db()
    comment = comment_on(report, text="x", by=by)
    still_open = make_report(form, by=by, since=date(2026, 4, 1), until=date(2026, 6, 30))
    version = report.versions.get()
    photo = ReportPhoto.objects.create(
        owner=owner, report=still_open, section=section, evidence=picture, number=1, created_by=by
    )
    training.update(is_sensitive=was_sensitive)
    return {
        "report photo": photo.pk,
        "version and photo": [version.pk, version.photos.get().pk],
        "open report and photos": [still_open.pk, section.pk],
        "form of a donor": form.pk,
        "report": report.pk,
        "report and step": [report.pk, "accept"],
        "report and comment": [report.pk, comment.pk],
        "version": version.pk,
        "reference": version.lines.get().cells.first().reference,
        "open report": still_open.pk,
        "open report and section": [still_open.pk, form.sections.first().pk],
        "open report and indicator": [still_open.pk, project.indicators.get().pk],
    }


def photo_of(project: Project, *, by: User) -> Evidence:
    """A photo of one of its trainings in which nobody can be recognised."""
    training = project.trainings.order_by("created_at").first()
    photo = add_evidence(training, upload=picture("blue"), kind="photo", by=by)
    return mark_recognisable(photo, recognisable="nobody", people=[], version=1, by=by)


def records_of_cascades(
    owner: Organisation, project: Project, by: User, person: Person, twin: Person
) -> dict[str, object]:
    """An iteration that a project pays for, with a delivery of each of its two tiers."""
    programme = make_programme(owner=owner, by=by)
    iteration = make_iteration(programme=programme, by=by, tiers=2, projects=[project])
    upper, lower = (tier_of(iteration, number) for number in (1, 2))
    first = make_delivery(upper, learners=[person], by=by)
    second = make_delivery(
        lower, on=date(2026, 2, 2), lead=person, learners=[twin], held=False, by=by
    )
    link = link_deliveries(second, parent=first, reason="told", source="Report", by=by)
    published = add_published_figure(
        iteration=iteration, measure="participants", value=Decimal(5), source="Report", by=by
    )
    return {
        "programme": programme.pk,
        "programme and check": [programme.pk, "no_home"],
        "programme and figure": [programme.pk, "reach"],
        "programme and group": [programme.pk, "trainers"],
        "curriculum": programme.curriculum_id,
        "curriculum version": add_version(curriculum=programme.curriculum, label="1", by=by).pk,
        "iteration": iteration.pk,
        "tier": lower.pk,
        "delivery": second.pk,
        "session of a delivery": second.training.sessions.first().pk,
        "typed link": link.pk,
        "programme and trainer": [programme.pk, person.pk],
        **records_of_certifying(programme, first, second, person, by),
        "published figure": published.pk,
    }


def records_of_certifying(
    programme: Programme, first: Delivery, second: Delivery, person: Person, by: User
) -> dict[str, object]:
    """A rule, a decision, a teach-back and an observation of one trainer."""
    day = date(2026, 1, 5)
    made = {
        "certification rule": add_rule(programme, tier_number=2, valid_from=day, by=by),
        "certification decision": decide_certification(
            programme,
            person=person,
            tier_number=1,
            verdict="granted",
            reason="x",
            valid_from=day,
            by=by,
        ),
        "checklist": add_checklist(
            programme, items=[Item(text_en="x")], name_en="x", valid_from=day, by=by
        ),
        "teach-back": record_teach_back(
            first, person=person, held_on=day, passed=True, assessed_by="x", by=by
        ),
    }
    checklist = made["checklist"]
    made["observation"] = record_observation(
        second,
        trainer=person,
        checklist=checklist,
        observed_on=date(2026, 2, 2),
        observer="x",
        scores={item.pk: None for item in checklist.items.all()},
        by=by,
    )
    return {name: record.pk for name, record in made.items()}


def records_of_groups(
    owner: Organisation, project: Project, by: User, person: Person, twin: Person
) -> dict[str, object]:
    """A group with a loan, a closed year, and a sheet that is open."""
    group = make_group(
        owner=owner,
        by=by,
        members=0,
        name_latin=f"{CIRCLE} {owner.name_latin}",
        projects=[project],
    )
    first = make_member(group, person=person, by=by)
    make_member(group, person=twin, by=by)
    sealed = hold(group, date(2026, 2, 1), {1: {"saving": 9_000}}, by=by)
    hold(group, date(2026, 3, 1), {2: {"loan": 5_000, "loan_months": 2}}, by=by)
    office = give_office(first, kind="chair", since=date(2026, 2, 1), by=by)
    closing = close_year(group, through=date(2026, 3, 31), by=by)
    return {
        "group": group.pk,
        "member": first.pk,
        "office": office.pk,
        "meeting": draft(group, date(2026, 4, 1), by=by).pk,
        "sealed meeting": sealed.pk,
        "meeting and member": [sealed.pk, first.pk],
        "journal": group.journals.earliest("sequence").pk,
        "loan": group.loans.get().pk,
        "closing": closing.pk,
        "group and figure": [group.pk, "savings_total"],
        "group and form": [group.pk, "csv"],
    }


def records_of_trainings(
    owner: Organisation, project: Project, by: User, person: Person, twin: Person
) -> dict[str, object]:
    training = make_training(owner=owner, by=by, projects=[project])
    enrolment = make_enrolment(training, person=person, by=by)
    IndirectCount.objects.create(
        owner=owner, training=training, method="households", people=5, basis="x", created_by=by
    )
    found = record_change(training, statement_en="x", observed_on=date(2026, 3, 3), by=by)
    closed = make_training(owner=owner, by=by, rule_percent=1, projects=[project])
    make_enrolment(closed, person=twin, by=by)
    mark(closed.sessions.get(number=1), by=by)
    close_training(closed, accept_findings=True, by=by)
    certificate = issue_certificates(closed, issued_on=date(2026, 5, 1), by=by)[0]
    kept, joined = (make_person(owner=owner) for _ in range(2))
    first, second = sorted([kept, joined], key=lambda p: p.pk)
    decision = PairDecision.objects.create(
        owner=owner, first=first, second=second, verdict="different"
    )
    affiliation = make_affiliation(person=person, organisation=owner)
    evidence = add_evidence(training, upload=picture(), kind="photo", by=by)
    follow_up = begin_follow_up(closed, months=3, by=by)
    return {
        "person": person.pk,
        "two people": [person.pk, twin.pk],
        "decision": decision.pk,
        "affiliation": affiliation.pk,
        "training": training.pk,
        "session": training.sessions.first().pk,
        "part": training.parts.get().pk,
        "enrolment": enrolment.pk,
        "change": found.pk,
        "evidence": evidence.pk,
        "follow-up": follow_up.pk,
        "certificate": certificate.pk,
        "token": certificate.token,
    }


@pytest.fixture(scope="module")
def users(field_staff, coordinator, administrator, funder) -> dict[str, User]:
    return {user.role: user for user in [field_staff, coordinator, administrator, funder]}


@pytest.fixture(scope="module")
def own(strey_khmer, donor, field_staff, places) -> World:
    project = make_project(owner=strey_khmer)
    project.donors.add(donor)
    return make_world(strey_khmer, project, field_staff)


@pytest.fixture(scope="module")
def others(kcda, other_field_staff, places) -> World:
    return make_world(kcda, make_project(owner=kcda), other_field_staff)


def ask(client: Client, name: str, address: str, world: World | None = None):
    row = ADDRESSES[name]
    if not row.post:
        answer = client.get(address)
        if answer.streaming:
            answer.getvalue()  # A picture; read so that its file is closed.
        return answer
    sent = {"language": "en"}
    if row.record == "paper":
        record = world.records["training"] if world else uuid4()
        sent |= {"kind": "trainings.report", "record": str(record)}
    return client.post(address, sent)


def document_of(user: User) -> World:
    """A paper is only for the user who asked for it, so each user gets one."""
    made = Document.objects.create(
        requested_by=user,
        kind="trainings.report",
        record_id=UUID(int=1),
        language="en",
        state="ready",
        content=b"%PDF-",
    )
    return World({"document": made.pk})


@pytest.fixture(scope="module")
def browsers(users) -> dict[str, Client]:
    """Somebody of each role who has signed in, once for all pages."""
    return {role: signed_in(user) for role, user in users.items()}


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_who_may_open(name, browsers, users, own, others):
    for role, user in users.items():
        # What one role removes is there again for the next one.
        with transaction.atomic():
            _check(name, browsers[role], user, users, own, others)
            transaction.set_rollback(True)


def _check(
    name: str, browser: Client, user: User, users: dict[str, User], own: World, others: World
) -> None:
    row, role = ADDRESSES[name], user.role
    mine, theirs = own, others
    if row.record == "document":
        mine = document_of(user)
        theirs = document_of(next(each for each in users.values() if each != user))
    missing = ask(browser, name, unknown(name)).status_code
    stranger = ask(browser, name, theirs.address(name), others).status_code
    with CaptureQueriesContext(connection) as queries:
        answer = ask(browser, name, mine.address(name), own)
    _is_light(name, answer, queries)
    if row.permission not in (EVERYONE, SIGNED_IN) and not user.may(row.permission):
        assert (answer.status_code, stranger, missing) == (403, 403, 403), role
        return
    if not row.record:
        assert answer.status_code in (200, 302), role
        assert role == "administrator" or f"{CANARY}KCDA".encode() not in body_of(answer), role
        if name.startswith("groups:") and role != "administrator":
            # The directory is shared, and so are the names of groups; but not here.
            assert f"{CIRCLE} KCDA".encode() not in body_of(answer), role
        return
    open_to_all = row.shared or row.permission == EVERYONE or row.record == "document"
    sees = open_to_all or row.figures or user.may("records.see")
    sees_all = user.may("records.see_all") and row.record != "document"
    shared = row.shared or row.permission == EVERYONE
    assert answer.status_code in ((200, 302) if sees else (404,)), role
    refused = 403 if row.own_only else 404
    assert stranger in ((200, 302) if shared or sees_all else (refused,)), role
    assert missing == 404, role


def _is_light(name: str, answer, queries: CaptureQueriesContext) -> None:
    """Every page keeps its limits with few records; tests of each list see that many ask no more.

    What the worker did before is not counted: a request begins where its session is read.
    """
    if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
        return
    asked = [each["sql"] for each in queries if "SAVEPOINT" not in each["sql"]]
    begins = [n for n, sql in enumerate(asked) if 'FROM "django_session"' in sql]
    asked = asked[begins[-1] :] if begins else asked
    assert len(asked) <= MOST_QUERIES_OF.get(name, MOST_QUERIES), asked
    assert len(answer.content) <= MOST_BYTES


def body_of(answer) -> bytes:
    return answer.getvalue() if answer.streaming else answer.content


class Typed(HTMLParser):
    """What a browser would send from the forms of a page if somebody changed every text."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        name, value = known.get("name") or "", known.get("value") or ""
        if tag == "select":
            self.select = name
            self.sent.setdefault(name, "")
        elif tag == "option" and value and ("selected" in known or not self.sent[self.select]):
            self.sent[self.select] = value
        elif tag == "textarea" or known.get("type") in ("text", "search"):
            self.sent[name] = value or "Changed"
        elif tag == "input" and (
            known.get("type") not in ("radio", "checkbox") or "checked" in known
        ):
            self.sent[name] = value


def typed_on(page) -> dict[str, str]:
    reader = Typed()
    reader.feed(body_of(page).decode(errors="replace"))
    return {name: value for name, value in reader.sent.items() if name and name != "form_key"}


def state_of_the_database() -> dict[str, object]:
    """A checksum of every table, but for what everybody may write about their own doings.

    Keys of forms and sessions come and go, and a session in use is noted once a minute; what one
    asked the worker for is one's own; and the first who asks has the figures of a quarter made.
    """
    left_out = {"registry_submission", "django_session", "registry_accesslog"}
    left_out |= {"registry_document", "procrastinate_jobs", "procrastinate_events"}
    left_out |= {"registry_quarterfigures", "usersessions_usersession", "reports_keptvalue"}
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        state = {}
        for table in sorted(tables - left_out):
            cursor.execute(f'SELECT count(*), sum(hashtext(t::text)::bigint) FROM "{table}" t')
            state[table] = cursor.fetchone()
    return state


OF_RECORDS = [
    name
    for name, row in ADDRESSES.items()
    if row.record and row.permission != EVERYONE and row.record not in ("document", "paper")
]


@pytest.fixture(scope="module")
def forms() -> dict[str, dict[str, str]]:
    """What `typed` has read; a page can be opened in a test only."""
    return {}


@pytest.fixture
def typed(forms, browsers, own) -> dict[str, dict[str, str]]:
    """The forms of the pages of one's own, filled in by somebody who may open them."""
    for name in OF_RECORDS:
        if name not in forms:
            row = ADDRESSES[name]
            opens = next(role for role in ROLES if User(role=role).may(row.permission))
            page = None if row.post else browsers[opens].get(own.address(name))
            forms[name] = typed_on(page) if page else {}
    return forms


@pytest.mark.parametrize("role", ["field_staff", "coordinator", "funder"])
def test_nobody_writes_to_what_is_not_theirs(role, as_user, users, others, typed):
    """The forms of one's own pages, sent to the addresses of somebody else's."""
    browser = as_user(users[role])
    before, wrong = state_of_the_database(), []
    for name in OF_RECORDS:
        for sent in ({}, typed[name]):
            answer = browser.post(others.address(name), {"form_key": str(uuid4())} | sent)
            if answer.status_code not in (403, 404, 405):
                wrong.append((name, answer.status_code))
    assert not wrong
    assert state_of_the_database() == before


@pytest.mark.parametrize("role", ["field_staff", "coordinator", "funder"])
def test_what_is_shared_is_referred_to_and_never_claimed(role, as_user, users, own, others):
    """New records with a foreign organisation, or one that a stranger entered, as their own."""
    browser, user = as_user(users[role]), users[role]
    owner = Organisation.objects.get(pk=others.records["organisation"])
    group = make_organisation(
        name_latin="Unclaimed", kind="group", by=make_user(organisation=owner)
    )
    before = state_of_the_database()
    for name, row in ADDRESSES.items():
        if row.record or row.post or not name.endswith("new"):
            continue
        typed = typed_on(browser.get(reverse(name))) if user.may(row.permission) else {}
        for field, claimed in (("owner", owner), ("parent", owner), ("organisation", group)):
            if user.may(row.permission) and field not in typed:
                continue
            answer = browser.post(reverse(name), typed | {field: str(claimed.pk)})
            assert answer.status_code in (200, 403), (name, field)
    assert state_of_the_database() == before


@pytest.mark.parametrize(
    "name", sorted(name for name, row in ADDRESSES.items() if row.permission != EVERYONE)
)
def test_a_visitor_is_sent_to_the_sign_in(name, own, client):
    address = own.address(name) if ADDRESSES[name].record != "document" else unknown(name)
    answer = ask(client, name, address, own)
    assert answer.status_code == 302
    assert answer.url.startswith("/accounts/login/")


def test_a_funder_meets_no_name_on_any_page_that_opens(as_user, funder, own):
    browser = as_user(funder)
    for name, row in ADDRESSES.items():
        if row.post or row.record == "document":
            continue
        assert CANARY.encode() not in body_of(browser.get(own.address(name))), name


def test_staff_of_a_branch_do_not_see_its_parent(as_user, strey_khmer, field_staff, own):
    branch = make_organisation(name_latin="Branch", parent=strey_khmer)
    person = User.objects.create(username="branch", role="field_staff", organisation=branch)
    assert as_user(person).get(own.address("trainings:detail")).status_code == 404


def test_staff_see_the_records_of_their_branches(as_user, strey_khmer, field_staff):
    branch = make_organisation(name_latin="Branch", parent=strey_khmer)
    training = make_training(owner=branch, by=field_staff, hours_a_day=Decimal(6))
    assert as_user(field_staff).get(f"/trainings/{training.pk}/").status_code == 200


def test_a_deactivated_account_opens_nothing(as_user, field_staff):
    browser = as_user(field_staff)
    User.objects.filter(pk=field_staff.pk).update(is_active=False)
    assert browser.get("/people/").status_code == 302
