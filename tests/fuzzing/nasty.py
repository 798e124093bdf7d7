"""What nobody should type, and what a browser never sends: the values of the fuzzer."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote_from_bytes
from uuid import uuid4

BOUNDARY = "samakiboundary"

# As they go over the line, for some of them are no text.
NUMBERS = [
    *(b"-1", b"0", b"1" + b"0" * 30, b"-" + b"9" * 40, b"1e400", b"NaN", b"-Infinity"),
    *(b"1.5", b"0.001", b"2147483648", b"9223372036854775808", b"32768", b"1_000", b"0x10"),
    *("១២៣".encode(), "１２３".encode(), "²".encode(), "½".encode(), "١٢".encode()),
]
DAYS = [
    *(b"0001-01-01", b"01/01/0001", b"9999-12-31", b"31/12/9999", b"29/02/2025", b"29/02/2024"),
    *(b"31.12", b"31/12", b"05/03/2569", b"2569-03-05", b"00/00/0000", b"99999-01-01"),
    *("០៥/០៣/២០២៦".encode(), "０５/０３/２０２６".encode(), b"2026-03-05T25:61", b"2026-13"),
]
TEXTS = [
    *(b"", b" ", b"\0", b"a\0b", b"\xff\xfe", b"\xed\xa0\x80", "\ufffd".encode(), b"%", b"%s"),
    *("\u202eevil".encode(), "\u200b".encode(), b"x" * 5_000, "ក".encode() * 3_000),
    *(b"<script>alert(1)</script>", b"{{ 7|add:7 }}", b"' OR 1=1 --", b"../../etc/passwd"),
    *(b"\r\nX-Evil: 1", b"=1+1", b"on", b"None", b"null", b"undefined", b"__all__"),
    *(b"_to_field", b"[]", b"{}", b'{"a":', b'[{"a": [null]}]', b'"text"', b"[1e999]", b"true"),
]
KEYS = [
    *(b"not-a-uuid", b"00000000-0000-0000-0000-000000000000", b"1", b"999999999999", b"02030801"),
    *(b"{00000000000000000000000000000000}", b"urn:uuid:x", b"0203\x0008", b"02030801 \0"),
    *("០២០៣".encode(), b"(99)", b"(02030801)", b"020308-1", b"9" * 300),
]
VALUES = [*NUMBERS, *DAYS, *TEXTS, *KEYS]
# Encodings of Python that are none of text, that fail, or that read the same bytes as another text.
CHARSETS = [
    *("rot13", "hex", "base64", "zlib", "bz2", "quopri", "uu", "undefined", "idna", "punycode"),
    *("unicode_escape", "raw_unicode_escape", "mbcs", "oem", "utf-7", "utf-16", "utf-32"),
    *("utf-8-sig", "cp037", "bogus", "", " ", "utf-8\0", "x" * 300, "../x", "utf_8;utf-16"),
    "\u17d2",
]
# How a sender may state one; all of them are parameters behind a content type or a disposition.
WAYS_TO_SAY_CHARSET = [
    *("; charset={0}", '; charset="{0}"', "; CHARSET = {0}", "; charset={0}; charset=utf-8"),
    *("; charset=utf-8; charset={0}", "; charset*={0}''x", "; charset*=utf-8''{0}"),
    *("; charset*0*={0}''ut; charset*1=f-8", "; charset*1=x; charset*0={0}", "; charset*={0}"),
    *("; x*={0}''%ff%fe", "; name*={0}''%ff%fe", "; filename*={0}''a%ff.csv", "; ={0}''"),
    *("; filename*0*={0}''%ff; filename*9=x", "; boundary*={0}''samakiboundary"),
    # A half of a surrogate and a NUL, for who reads them as Python or UTF-7 writes them.
    *("; name*={0}''%5Cud800+2AA-", "; filename*={0}''%5Cx00+AAA-.csv", "; name*={0}''%00"),
]

# Files that are none of their kind, or of another encoding.
FILES = [
    *(b"PK\x03\x04broken", b"", b"a,b\r\n\xff,2\r\n", b"\x89PNG\r\n\x1a\n", b"name\0,x\r\n"),
    *("name_latin\r\nSokha".encode(each) for each in ("utf-16", "utf-16-be", "utf-32")),
    *(b"+AG4-ame\r\n+2AA-\r\n", b"\xff\xfe\x00\xd8", b"\xff\xfen", b"\xef\xbb\xbf", b"\xfe\xff"),
]

Pairs = list[tuple[str, bytes]]


@dataclass(frozen=True)
class Sending:
    """One request: the fields in their order, and how they go over the line."""

    method: str
    path: str
    pairs: Pairs = field(default_factory=list)
    files: tuple[str, ...] = ()
    multipart: bool = False
    # A content type that is sent in place of the right one, and what is said after it.
    declared: str = ""
    parameters: str = ""
    # What every part of a form with files says of itself, after its disposition and below it.
    about_parts: str = ""
    lines_of_parts: tuple[str, ...] = ()
    cut: bool = False
    # What was done to it, for the message of a failure.
    why: str = ""

    @property
    def content_type(self) -> str:
        if self.declared:
            return self.declared + self.parameters
        if self.multipart:
            return f"multipart/form-data; boundary={BOUNDARY}{self.parameters}"
        return f"application/x-www-form-urlencoded{self.parameters}"

    @property
    def query(self) -> str:
        return encoded(self.pairs).decode("ascii")

    @property
    def body(self) -> bytes:
        if not self.multipart:
            return encoded(self.pairs)
        parts = [self._part(name, value) for name, value in self.pairs]
        body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
        return body[: len(body) * 2 // 3] if self.cut else body

    def _part(self, name: str, value: bytes) -> bytes:
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
        if name in self.files:
            head += '; filename="..\\x\0.xlsx"'
        head += self.about_parts
        if name in self.files:
            head += "\r\nContent-Type: application/octet-stream"
        head = "\r\n".join([head, *self.lines_of_parts])
        return head.encode() + b"\r\n\r\n" + value + b"\r\n"


def encoded(pairs: Pairs) -> bytes:
    """Fields as a form sends them, also values that are no text."""
    return b"&".join(
        f"{quote_from_bytes(name.encode())}={quote_from_bytes(value)}".encode()
        for name, value in pairs
    )


def spoiled(sending: Sending, chance: random.Random, strangers: Sequence[str]) -> Sending:
    """The same with one thing wrong in it, sometimes two."""
    for _time in range(chance.choice([1, 1, 1, 2])):
        sending = chance.choices(SPOILERS, WEIGHTS)[0](sending, chance, strangers)
    return sending


def spoiled_field(
    sending: Sending, name: str, chance: random.Random, strangers: Sequence[str]
) -> Sending:
    """The same with another value of one field."""
    others = [stranger.encode() for stranger in strangers] + [str(uuid4()).encode()]
    value = chance.choice([*VALUES, chance.choice(others), chance.choice(KEYS)])
    pairs = [(each, value if each == name else old) for each, old in sending.pairs]
    return replace(sending, pairs=pairs, why=f"{sending.why} {name}={value[:40]!r}")


def _some_field(sending: Sending, chance: random.Random, strangers: Sequence[str]) -> Sending:
    if not sending.pairs:
        return sending
    return spoiled_field(sending, chance.choice(sending.pairs)[0], chance, strangers)


def _repeated(sending: Sending, chance: random.Random, strangers: Sequence[str]) -> Sending:
    if not sending.pairs:
        return sending
    name, value = chance.choice(sending.pairs)
    more = [(name, chance.choice([value, *VALUES])) for _n in range(chance.choice([1, 2, 50]))]
    return replace(sending, pairs=[*sending.pairs, *more], why=f"{sending.why} repeated {name}")


def _missing(sending: Sending, chance: random.Random, strangers: Sequence[str]) -> Sending:
    if not sending.pairs:
        return sending
    name = chance.choice(sending.pairs)[0]
    pairs = [pair for pair in sending.pairs if pair[0] != name]
    return replace(sending, pairs=pairs, why=f"{sending.why} without {name}")


def _number_of_rows(sending: Sending, chance: random.Random, strangers: Sequence[str]) -> Sending:
    """The counters of formsets, and of our own lines."""
    counters = [name for name, _v in sending.pairs if name.endswith("_FORMS") or name == "rows"]
    if not counters:
        return _some_field(sending, chance, strangers)
    name = chance.choice(counters)
    if chance.random() < 0.3:
        pairs = [pair for pair in sending.pairs if pair[0] != name]
        return replace(sending, pairs=pairs, why=f"{sending.why} without {name}")
    value = chance.choice([b"-1", b"5", b"1001", b"100000000000", b"x", b"", "៣".encode(), b"1.5"])
    pairs = [(each, value if each == name else old) for each, old in sending.pairs]
    return replace(sending, pairs=pairs, why=f"{sending.why} {name}={value!r}")


def _file_or_text(sending: Sending, chance: random.Random, strangers: Sequence[str]) -> Sending:
    """A file in the place of a text, a text in the place of a file, a file that is none."""
    if sending.method == "GET" or not sending.pairs:
        return sending
    name = chance.choice([*sending.files, chance.choice(sending.pairs)[0]])
    if name in sending.files and chance.random() < 0.5:
        files = tuple(each for each in sending.files if each != name)
        return replace(sending, files=files, why=f"{sending.why} {name} as text")
    value = chance.choice(FILES)
    pairs = [(each, value if each == name else old) for each, old in sending.pairs]
    return replace(
        sending,
        pairs=pairs,
        files=(*sending.files, name),
        multipart=True,
        why=f"{sending.why} {name} as file",
    )


def _wrong_type(sending: Sending, chance: random.Random, strangers: Sequence[str]) -> Sending:
    if sending.method == "GET":
        return sending
    declared = chance.choice(
        [
            *("application/json", "text/plain", "nonsense", "multipart/form-data"),
            f"multipart/form-data; boundary={'x' * 300}",
            "multipart/form-data; boundary=",
            f"multipart/form-data; boundary={BOUNDARY}; charset=utf-16",
            "application/x-www-form-urlencoded; charset=utf-16",
            "application/x-www-form-urlencoded; charset=nonsense",
        ]
    )
    return replace(sending, declared=declared, why=f"{sending.why} as {declared[:60]}")


def _strange_charset(sending: Sending, chance: random.Random, strangers: Sequence[str]) -> Sending:
    """Of the whole, or of each part of it; a part may also say how it was encoded on its way."""
    if sending.method == "GET":
        return sending
    said = chance.choice(WAYS_TO_SAY_CHARSET).format(charset := chance.choice(CHARSETS))
    why = f"{sending.why} with {said[:60]!r}"
    if chance.random() < 0.4:
        return replace(sending, parameters=said, why=why)
    lines = (f"Content-Type: text/csv{said}", f"Content-Transfer-Encoding: {charset}")
    return replace(
        sending,
        multipart=True,
        about_parts=chance.choice(["", said]),
        lines_of_parts=chance.choice([(), lines[:1], lines[1:], lines]),
        why=f"{why} of its parts",
    )


def _broken_off(sending: Sending, chance: random.Random, strangers: Sequence[str]) -> Sending:
    if sending.method == "GET":
        return sending
    return replace(sending, multipart=True, cut=True, why=f"{sending.why} broken off")


SPOILERS = [_some_field, _repeated, _missing, _number_of_rows, _file_or_text, _wrong_type]
SPOILERS += [_strange_charset, _broken_off]
WEIGHTS = [57, 8, 8, 10, 8, 3, 6, 3]
