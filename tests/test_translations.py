"""Everything that people read is there in Khmer."""

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.contrib.admin import site
from django.utils import translation
from django.utils.translation import gettext, pgettext

CATALOGUES = sorted((Path(settings.BASE_DIR) / "locale").rglob("*.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]")


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_every_message_has_a_khmer_translation(path):
    catalogue = polib.pofile(str(path))
    missing = [entry.msgid for entry in catalogue if not entry.translated() and not entry.obsolete]
    assert not missing
    assert not [entry.msgid for entry in catalogue.fuzzy_entries()]


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_what_is_filled_in_is_the_same_in_both_languages(path):
    wrong = []
    for entry in polib.pofile(str(path)):
        wanted = set(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for text in [entry.msgstr, *entry.msgstr_plural.values()]:
            if text and set(PLACEHOLDER.findall(text)) != wanted:
                wrong.append(entry.msgid)
    assert not wrong


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.name)
def test_the_compiled_catalogue_is_the_written_one(path):
    """It is committed, because a fresh machine has no gettext to compile it."""
    written, compiled = polib.pofile(str(path)), polib.mofile(str(path.with_suffix(".mo")))
    assert messages_of(compiled) == messages_of(written)


def messages_of(catalogue) -> dict:
    """Every translation by its context and its message."""
    return {(e.msgctxt, e.msgid): e.msgstr or e.msgstr_plural for e in catalogue if e.msgid}


def messages_in_templates() -> set[tuple[str, str]]:
    """What {% translate %} says in our templates, with its context."""
    found = set()
    said = re.compile(r'{% translate "([^"]+)"(?: context "([^"]+)")?')
    for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        found |= set(said.findall(path.read_text(encoding="utf-8")))
    return found


def test_every_word_of_the_templates_is_in_the_catalogue():
    untranslated = set()
    with translation.override("km"):
        for text, context in messages_in_templates():
            khmer = pgettext(context, text) if context else gettext(text)
            untranslated |= {text} if khmer == text else set()
    # Names that are the same in both languages.
    assert untranslated <= {"XLSX", "CSV", "PDF", "IATI"}


@pytest.mark.parametrize("language", ["en", "km"])
def test_the_third_of_april_is_in_april(language):
    from django.forms import DateField

    with translation.override(language):
        assert DateField(localize=True).clean("03/04/2026").month == 4


@pytest.mark.parametrize("path", CATALOGUES[:1], ids=lambda path: path.name)
def test_no_message_knows_the_sex_of_a_person(path):
    """On screens a person is "they" or "this member"; the registry has people of every sex."""
    said = re.compile(r"\b(she|hers?|herself|he|his|himself)\b", re.IGNORECASE)
    entries = polib.pofile(str(path))
    assert not [e.msgid for e in entries if said.search(f"{e.msgid} {e.msgid_plural}")]


# --- One word for one thing --------------------------------------------------------------------


def catalogue():
    return polib.pofile(str(Path(settings.BASE_DIR) / "locale/km/LC_MESSAGES/django.po"))


def khmer_of(entry) -> list[str]:
    return [text for text in [entry.msgstr, *entry.msgstr_plural.values()] if text]


def words_of_the_glossary() -> dict[str, str]:
    """English to Khmer of docs/glossary.md; a cell may have several words with commas."""
    found = {}
    text = (Path(settings.BASE_DIR) / "docs/glossary.md").read_text(encoding="utf-8")
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("| ").split("|")]
        if len(cells) < 4 or not re.search("[\u1780-\u17ff]", cells[2]):
            continue
        english, khmer = cells[0].split(","), cells[2].split(",")
        if len(english) == len(khmer):
            found |= {
                word.strip(' "').casefold(): km.strip()
                for word, km in zip(english, khmer, strict=True)
            }
    return found


def test_screens_use_the_words_of_the_glossary():
    words = words_of_the_glossary()
    assert len(words) > 40
    others = {
        entry.msgid: entry.msgstr
        for entry in catalogue()
        if entry.msgstr and entry.msgstr != words.get(entry.msgid.casefold(), entry.msgstr)
    }
    assert others == {}


@pytest.mark.parametrize(
    ("never", "why"),
    [
        ("បញ្ជីកាត", "the registry is បញ្ជីបុគ្គល"),
        ("សៀវភៅបញ្ជី (Excel)", "a spreadsheet is ឯកសារ Excel"),
        ("ទុកឱ្យនៅទំនេរ", "to leave empty is ទុកឱ្យទទេ"),
        ("ថ្ងៃមនុស្ស", "person-days are នាក់-ថ្ងៃ"),
        ("នាំមុខ", "to lead is ដឹកនាំ"),
        ("កត្តាផ្ទៀងផ្ទាត់", "the second factor is ការផ្ទៀងផ្ទាត់ជំហានទីពីរ"),
        ("«", "quotation marks are “ ”"),
        ("ទី %(", "no space before a number"),
        ("ថ្ងៃទី%(day)sថ្ងៃ", "a day is said once"),
        ("ទូរសព្ទ", "a telephone is ទូរស័ព្ទ"),
    ],
)
def test_khmer_has_one_form_for_one_thing(never, why):
    assert [e.msgid for e in catalogue() if any(never in text for text in khmer_of(e))] == [], why


def test_khmer_sentences_have_khmer_digits():
    """But for file sizes, formulas, addresses and what is typed as it stands."""
    latin = re.compile(r"(?<![\w/.\-\[\]( ×])[0-9]+(?=[\s។]*[\u1780-\u17ff])")
    plain = re.compile(r"%\(\w+\)[sd]|<[^>]*>|10 MB|[0-9]{4}-[0-9]{2}-[0-9]{2}")
    found = [e.msgid for e in catalogue() if latin.search(plain.sub("", " ".join(khmer_of(e))))]
    assert found == []


def test_heads_of_the_administration_are_khmer():
    """A foreign key without a name of its own is called as what it points to."""
    latin = re.compile("[A-Za-z]{3}")
    with translation.override("km"):
        english = {
            f"{model._meta.label}.{field.name}: {field.verbose_name}"
            for model, admin in site._registry.items()
            for field in model._meta.get_fields()
            if field.concrete and not field.auto_created and field.name in shown_by(admin)
            if latin.search(str(field.verbose_name))
        }
    assert english == set()


def shown_by(admin) -> set[str]:
    """The fields that the lists and forms of a model show."""
    in_forms = {name for _title, part in admin.fieldsets or [] for name in part["fields"]}
    return {str(name) for name in [*admin.list_display, *(admin.fields or []), *in_forms]}
