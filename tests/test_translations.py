"""Everything that people read is there in Khmer."""

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext

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


def messages_in_templates() -> set[str]:
    """What {% translate %} says in our templates."""
    found = set()
    for path in (Path(settings.BASE_DIR) / "templates").rglob("*.html"):
        found |= set(re.findall(r'{% translate "([^"]+)"', path.read_text(encoding="utf-8")))
    return found


def test_every_word_of_the_templates_is_in_the_catalogue():
    with translation.override("km"):
        untranslated = {text for text in messages_in_templates() if gettext(text) == text}
    # Names that are the same in both languages.
    assert untranslated <= {"XLSX", "CSV", "PDF"}


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
