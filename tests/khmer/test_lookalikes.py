"""Letters that are not what they look like."""

import pytest

from khmer.lookalikes import lookalike_letters


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("Sok Sophal", ""),
        ("សុខ សុផល", ""),
        ("René Nguyễn", ""),
        ("王 ไทย", ""),
        ("S\u043ek S\u043ephal", "\u043e"),
        ("\u0421\u043ek", "\u0421\u043e"),
        ("\u0391nna", "\u0391"),
        ("μ", ""),
    ],
)
def test_letters_of_other_alphabets_are_found(text: str, letters: str) -> None:
    # The sign for a millionth is a sign of its own; the Greek letter is not.
    assert lookalike_letters(text.replace("μ", "\u00b5")) == letters
