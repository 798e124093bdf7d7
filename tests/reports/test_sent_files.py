"""The files of a report that was sent: what they say, and that they never change."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from docx import Document
from lxml import etree
from okfn_iati.iati_schema_validator import IatiValidator
from openpyxl import load_workbook

from core.errors import Refused
from registry.models import Organisation, Project, User
from reports.actions.word_templates import drop_word_template, keep_word_template
from reports.figures.frozen_reports import Sent, read_frozen
from reports.figures.word_fields import example_fields
from reports.models import FrozenCell, FrozenReport, Presence, WordTemplate
from reports.papers.cross_check import check_docx, check_iati, check_pdf, check_xlsx
from reports.papers.donor_iati import donor_iati, errors_of
from reports.papers.donor_report import donor_pdf
from reports.papers.donor_word import donor_word, fields_of
from reports.papers.donor_workbook import donor_workbook
from reports.papers.files import FILES
from reports.papers.iati_rules import problems_in
from reports.papers.pack import donor_pack
from reports.papers.said import Style, every_cell
from tests.core.test_word_forms import form as word_form
from tests.kept import *  # noqa: F403
from tests.paper.letters import of_pypdf
from tests.reports.donor_factories import make_people, submit, train
from tests.reports.sent_factories import HOSTILE, make_rich_report, make_sent

LANGUAGES = ("en", "km")


@pytest.fixture(scope="module")
def frozen(strey_khmer: Organisation, donor: Organisation, coordinator: User) -> FrozenReport:
    return make_sent(strey_khmer, donor, coordinator)


@pytest.fixture(scope="module")
def sent(frozen: FrozenReport) -> Sent:
    return read_frozen(frozen)


@pytest.mark.parametrize("language", ["en", "km"])
def test_the_paper_has_every_number_with_its_reference(sent: Sent, language: str) -> None:
    text = of_pypdf(donor_pdf(sent, language=language))
    for _line, cell in every_cell(sent):
        assert cell.reference in text


def test_what_somebody_typed_is_text_on_paper(sent: Sent) -> None:
    text = " ".join(of_pypdf(donor_pdf(sent, language="en")).split())
    assert HOSTILE in text


def rows_of(workbook: bytes, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet by their tags."""
    _head, tags, *rows = load_workbook(BytesIO(workbook))[sheet].iter_rows(values_only=True)
    return [dict(zip(tags, row, strict=True)) for row in rows]


def test_the_workbook_has_the_same_numbers_under_tags(sent: Sent) -> None:
    workbook = donor_workbook(sent, language="en")
    by_reference = {
        row["#meta+reference"]: row["#reached+num"] for row in rows_of(workbook, "Evidence")
    }
    for _line, cell in every_cell(sent):
        value = by_reference[cell.reference]
        assert cell.value == (None if value == "No value" else Decimal(str(value)))
    [first, *_others] = rows_of(workbook, "Indicators")
    assert first["#indicator+code"] == "1.1"
    assert first["#reached+period+num"] == 21
    assert first["#targeted+period+num"] == 1500
    assert first["#reached+period+pct"] == 1.4


# --- What stays ----------------------------------------------------------------------------------


def test_whatever_changes_afterwards_every_file_is_the_same_byte_for_byte(
    frozen: FrozenReport, coordinator: User
) -> None:
    def all_files() -> dict[tuple[str, str], bytes]:
        """The pack, which has all of the report's language and both papers, and what is left."""
        sent = read_frozen(FrozenReport.objects.get(pk=frozen.pk))
        asked = [("pack", "en"), ("xlsx", "km"), ("docx", "km"), ("iati", "km")]
        return {(kind, language): FILES[kind](sent, language=language) for kind, language in asked}

    before = all_files()
    report = frozen.report
    project = report.project
    train(project, make_people(project.owner, female=30), by=coordinator)
    project.indicators.update(name_en="Another name")
    Project.objects.filter(pk=project.pk).update(name_en="Another", code="XX", starts_on=None)
    Organisation.objects.update(name_latin="Another organisation")
    report.form.sections.update(title_en="Another title")
    keep_word_template(
        report.form, content=word_form("{{ project }}"), file_name="a.docx", by=coordinator
    )
    type(report.form).objects.filter(pk=report.form_id).update(
        columns=["actual"], thousands=" ", iati_sector="11220", acronyms=""
    )
    after = all_files()
    assert {what for what in before if before[what] != after[what]} == set()


# --- Word ----------------------------------------------------------------------------------------


def test_our_word_file_has_texts_as_text_and_every_number(sent: Sent) -> None:
    content = donor_word(sent, language="en")
    words = [each.text for each in Document(BytesIO(content)).paragraphs]
    assert f"Trained {HOSTILE}" in words
    assert check_docx(content, sent, language="en") == len(list(every_cell(sent)))


def test_a_report_is_written_into_the_form_that_was_in_force(
    strey_khmer: Organisation, donor: Organisation, coordinator: User
) -> None:
    report = make_rich_report(strey_khmer, donor, coordinator, code="WL-8")
    blank = word_form(
        "{{ project }} {{ contract_number }}",
        '{{ indicator["1.1"].actual }} {{ indicator["1.1"].actual_reference }}',
        "{{ texts.s1 }}",
        "{% for each in indicators %}{{ each.name }};{% endfor %}",
    )
    keep_word_template(report.form, content=blank, file_name="donor.docx", by=coordinator)
    sent = read_frozen(submit(report, by=coordinator))
    drop_word_template(report.form, by=coordinator)
    content = donor_word(sent, language="en")
    first, second, third, fourth = (each.text for each in Document(BytesIO(content)).paragraphs)
    assert first == "Women Lead AID-442/7"
    assert second == f"21 {sent.lines[0].value.reference}"
    assert HOSTILE in third
    assert fourth.count(";") == 3
    assert check_docx(content, sent, language="en") == 1


def test_a_form_is_refused_when_it_is_handed_in_and_names_the_field(
    strey_khmer: Organisation, donor: Organisation, coordinator: User
) -> None:
    form = make_rich_report(strey_khmer, donor, coordinator, code="WL-8").form
    with pytest.raises(Refused, match="signature_of_queen"):
        keep_word_template(
            form, content=word_form("{{ signature_of_queen }}"), file_name="x.docx", by=coordinator
        )
    with pytest.raises(Refused):
        keep_word_template(form, content=b"MZ", file_name="x.docx", by=coordinator)
    assert not WordTemplate.objects.exists()


def test_what_a_form_may_name_is_what_a_report_has(sent: Sent) -> None:
    def names(value: Any) -> Any:
        match value:
            case dict():
                return {key: names(each) for key, each in value.items()}
            case list():
                return names(value[0]) if value else None
        return None

    example, real = names(example_fields(sent.report.report.form)), names(fields_of(sent))
    assert example.keys() == real.keys()
    assert example["indicators"] == real["indicators"]
    assert example["sections"] == real["sections"]
    assert example["indicator"].keys() == real["indicator"].keys()
    assert example["texts"].keys() >= real["texts"].keys()


def test_a_kept_form_is_never_changed(frozen: FrozenReport, coordinator: User) -> None:
    kept = keep_word_template(
        frozen.report.form, content=word_form("x"), file_name="x.docx", by=coordinator
    )
    with pytest.raises(DatabaseError), transaction.atomic():
        WordTemplate.objects.filter(pk=kept.pk).update(file_name="y.docx")
    with pytest.raises(DatabaseError), transaction.atomic():
        WordTemplate.objects.filter(pk=kept.pk).delete()


def test_the_page_of_a_form_takes_a_word_file_and_says_what_is_wrong_with_another(
    frozen: FrozenReport, coordinator: User, as_user: Callable[[User], Client]
) -> None:
    address = reverse("reports:form-word", args=[frozen.report.form_id])
    browser = as_user(coordinator)
    page = browser.post(address, {"file": upload(word_form("{{ nobody }}"))})
    assert "“nobody”" in page.content.decode()
    assert not WordTemplate.objects.exists()
    page = browser.post(address, {"file": upload(word_form("{{ project }}"))}, follow=True)
    assert "donor.docx" in page.content.decode()
    page = browser.post(
        reverse("reports:form-word-drop", args=[frozen.report.form_id]), follow=True
    )
    assert "donor.docx" not in page.content.decode()


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("donor.docx", content)


def test_the_identifiers_of_iati_are_looked_at(
    frozen: FrozenReport, coordinator: User, as_user: Callable[[User], Client]
) -> None:
    form = frozen.report.form
    address = reverse("reports:form-iati-edit", args=[form.pk])
    sent = {
        "version": form.version,
        "iati_organisation": "KH-1",
        "iati_activity": "XX-1-9",
        "iati_sector": "15170",
    }
    page = as_user(coordinator).post(address, sent)
    assert "begins with that of your organisation" in page.content.decode()
    page = as_user(coordinator).post(address, sent | {"iati_activity": "KH-1-9"}, follow=True)
    form.refresh_from_db()
    assert form.iati_activity == "KH-1-9"


# --- IATI ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_activity_is_valid_for_us_and_for_the_package(sent: Sent, language: str) -> None:
    content = donor_iati(sent, language=language)
    root = etree.fromstring(content)
    assert not errors_of(root)
    assert not problems_in(root)
    assert IatiValidator().validate_xml(content.decode().partition("?>")[2]) == (True, [])
    [baseline, *_others] = root.iter("baseline")
    assert (baseline.get("year"), baseline.get("value")) == ("2025", "1000")
    [percentage] = root.findall(".//indicator[@measure='2']")
    [actual] = percentage.iter("actual")
    assert actual.get("value") == "66.7"


def test_without_identifiers_there_is_no_activity_and_it_says_which(
    strey_khmer: Organisation, donor: Organisation, coordinator: User
) -> None:
    sent = read_frozen(make_sent(strey_khmer, donor, coordinator, code="WL-8", iati_sector=""))
    with pytest.raises(Refused, match="sector"):
        donor_iati(sent, language="en")
    manifest = manifest_of(donor_pack(sent, language="en"))
    assert manifest["left_out"]
    assert "iati-activity.xml" not in {each["name"] for each in manifest["files"]}


BROKEN: dict[str, Callable[[Any], None]] = {
    "a period that ends before it starts": lambda root: next(root.iter("period-end")).set(
        "iso-date", "2020-01-01"
    ),
    "an empty value": lambda root: next(root.iter("actual")).attrib.pop("value"),
    "a value of words": lambda root: next(root.iter("actual")).set("value", "many"),
    "another year": lambda root: next(root.iter("baseline")).set("year", "1999"),
    "no such measure": lambda root: next(root.iter("indicator")).set("measure", "8"),
    "another organisation": lambda root: next(root.iter("reporting-org")).set("ref", "XX"),
    "the same reference twice": lambda root: [
        each.set("code", "1") for each in root.iter("reference")
    ],
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=BROKEN.keys())
def test_the_rules_find_what_the_schema_lets_pass(sent: Sent, change: Callable[[Any], Any]) -> None:
    root = etree.fromstring(donor_iati(sent, language="en"))
    change(root)
    assert problems_in(root)


# --- Hidden --------------------------------------------------------------------------------------


def test_a_hidden_number_stands_in_no_file(
    strey_khmer: Organisation, donor: Organisation, coordinator: User
) -> None:
    report = make_rich_report(strey_khmer, donor, coordinator, code="WL-8")
    # Two more men of another place: by place and sex there are few.
    frozen = submit(with_few(report, coordinator), by=coordinator)
    sent = read_frozen(frozen)
    hidden = [cell for _line, cell in every_cell(sent) if cell.presence == Presence.HIDDEN]
    assert hidden
    numbers = {
        row["#meta+reference"]: row["#reached+num"]
        for row in rows_of(donor_workbook(sent, language="en"), "Evidence")
    }
    assert {numbers[cell.reference] for cell in hidden} == {"Not shown"}
    iati = donor_iati(sent, language="en").decode()
    assert not [cell for cell in hidden if cell.reference in iati]
    assert manifest_of(donor_pack(sent, language="en"))["files"]


def with_few(report: Any, by: User) -> Any:
    """Two people with a year of training of their own in the period before."""
    people = make_people(report.owner, male=2)
    train(report.project, people, by=by, on=date(2025, 11, 3))
    return report


# --- The pack ------------------------------------------------------------------------------------


def manifest_of(pack: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(BytesIO(pack)) as archive:
        manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
        for each in manifest["files"]:
            content = archive.read(each["name"])
            assert hashlib.sha256(content).hexdigest() == each["sha256"]
    return manifest


def test_a_pack_has_every_file_with_its_checksum(sent: Sent) -> None:
    manifest = manifest_of(donor_pack(sent, language="en"))
    compared = {each["name"]: each.get("numbers_compared") for each in manifest["files"]}
    assert list(compared) == [
        "report-en.pdf",
        "report-km.pdf",
        "report.xlsx",
        "report.docx",
        "iati-activity.xml",
        "evidence.csv",
    ]
    assert compared["report-en.pdf"] == len(list(every_cell(sent)))
    assert manifest["sha256_of_frozen_rows"] == sent.report.sha256


def with_another_number(sent: Sent) -> Sent:
    """The same report, in which one number is another one than in the files."""
    line = sent.lines[0]
    cell = FrozenCell.objects.get(pk=line.value.pk)
    cell.line, cell.value = line.line, Decimal(1021)
    other = replace(line, values=line.values | {cell.basis: cell})
    return replace(sent, lines=[other, *sent.lines[1:]])


@pytest.mark.parametrize(
    ("make", "check"),
    [
        (donor_pdf, check_pdf),
        (donor_workbook, check_xlsx),
        (donor_word, check_docx),
        (donor_iati, check_iati),
    ],
)
def test_a_file_that_says_another_number_is_found(sent: Sent, make: Any, check: Any) -> None:
    content = make(sent, language="en")
    assert check(content, sent, language="en")
    with pytest.raises(Refused, match=sent.lines[0].value.reference):
        check(content, with_another_number(sent), language="en")
    # Also where the true number is the end of what stands there.
    with pytest.raises(Refused):
        check(make(with_another_number(sent), language="en"), sent, language="en")


# --- Who takes them ------------------------------------------------------------------------------


def test_the_donor_takes_the_pack_and_no_name_is_in_it(
    frozen: FrozenReport, funder: User, as_user: Callable[[User], Client]
) -> None:
    answer = as_user(funder).get(reverse("reports:sent-pack", args=[frozen.pk]))
    assert answer["Content-Type"] == "application/zip"
    assert "Chenda" not in answer["Content-Disposition"]
    assert manifest_of(answer.content)["version"] == 1


def test_whoever_waits_reads_what_is_missing_and_may_try_again(
    strey_khmer: Organisation,
    donor: Organisation,
    coordinator: User,
    as_user: Callable[[User], Client],
) -> None:
    frozen = make_sent(strey_khmer, donor, coordinator, code="WL-8", iati_sector="")
    page = as_user(coordinator).get(reverse("reports:sent-iati", args=[frozen.pk]))
    assert "sector, by its code of five digits" in page.content.decode()
    assert "Try again" in page.content.decode()


def test_a_reference_opens_its_list_for_staff_and_the_number_for_the_donor(
    sent: Sent, coordinator: User, funder: User, as_user: Callable[[User], Client]
) -> None:
    reference = sent.lines[0].value.reference
    asked = {"reference": f" {reference[:3].lower()}-{reference[3:].lower()} "}
    page = as_user(coordinator).get(reverse("reports:number"), asked)
    assert page["Location"] == reverse("reports:figure", args=[reference])
    page = as_user(funder).get(reverse("reports:number"), asked)
    assert "People trained" in page.content.decode()
    nothing = as_user(funder).get(reverse("reports:number"), {"reference": "ZZZZZZ"})
    assert "No number that you may see" in nothing.content.decode()


@pytest.mark.parametrize(
    ("thousands", "mark", "places", "written"),
    [
        (",", ".", 1, ("1,234,567.5", "66.7%")),
        (".", ",", 0, ("1.234.567,5", "67%")),
        (" ", ",", 2, ("1\u00a0234\u00a0567,5", "66,70%")),
        ("", ".", 1, ("1234567.5", "66.7%")),
    ],
)
def test_numbers_are_written_as_the_donor_writes_them(
    thousands: str, mark: str, places: int, written: tuple[str, str]
) -> None:
    frozen = FrozenReport(
        style={
            "columns": ["actual"],
            "thousands": thousands,
            "decimal_mark": mark,
            "percent_places": places,
        }
    )
    style = Style.of(frozen)
    assert style.number(Decimal("1234567.50")) == written[0]
    assert style.percent(Decimal("66.70")) == written[1]
    assert style.number(Decimal("-0.00")) == "0"
