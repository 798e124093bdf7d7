"""The key on paper opens what the key on the disk has locked."""

import pyrage
import pytest

from database.errors import BackupError
from database.keys import ALPHABET, Key, key_from_text, key_of, on_paper


@pytest.fixture
def key():
    return Key(pyrage.x25519.Identity.generate())


def test_a_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "backup-key"

    assert str(key_of(path)) == str(key_of(path))
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_key_never_stands_in_what_python_prints_of_it(key):
    assert str(key)[20:40] not in repr(key)


@pytest.mark.parametrize(
    "typed",
    [
        "{key}",
        "# created: today\n# public key: age1x\n{key}\n",
        "{groups}",
        "{lower}",
        "  {lines}\n",
    ],
)
def test_it_may_be_typed_in_many_ways(key, typed):
    groups = on_paper(key)
    text = typed.format(
        key=key,
        groups=" ".join(groups),
        lower="-".join(groups).lower(),
        lines="\n".join(groups),
    )

    assert str(key_from_text(text)) == str(key)


def test_a_wrong_letter_is_found_in_its_group(key):
    groups = on_paper(key)
    for number in range(len(groups)):
        for place in range(len(groups[number])):
            old = groups[number][place]
            other = ALPHABET[(ALPHABET.index(old) + 1 + place) % len(ALPHABET)]
            changed = groups[number][:place] + other + groups[number][place + 1 :]
            typed = [*groups[:number], changed, *groups[number + 1 :]]
            with pytest.raises(BackupError, match=rf"in group {number + 1}\."):
                key_from_text(" ".join(typed))


def test_letters_that_are_not_on_the_paper_are_found(key):
    groups = on_paper(key)

    with pytest.raises(BackupError, match=r"in group 2\."):
        key_from_text(" ".join([groups[0], "OOOOOO", *groups[2:]]))


@pytest.mark.parametrize("typed", ["", "hello", "AGE-SECRET-KEY-1", "ABCDEF"])
def test_what_is_no_key_is_refused(typed):
    with pytest.raises(BackupError, match="key"):
        key_from_text(typed)


def test_missing_and_exchanged_groups_are_found(key):
    groups = on_paper(key)

    for typed in (groups[1:], groups[:-1], [groups[1], groups[0], *groups[2:]]):
        with pytest.raises(BackupError, match="not the key"):
            key_from_text(" ".join(typed))
