"""What a browser without JavaScript would send: the fields of a form as the page shows them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any


class _Forms(HTMLParser):
    """The fields of each form of a page, with their values, as a browser reads them."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.select = self.area = ""
        self.is_multiple = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "form":
            self.forms.append({})
        elif tag == "select":
            self.select, self.is_multiple = name, "multiple" in found
        elif tag == "textarea":
            self.area = name
            self.forms[-1][name] = ""
        elif tag == "option" and self.select:
            fields = self.forms[-1]
            is_shown = self.select not in fields and not self.is_multiple
            if "selected" in found or is_shown:
                fields[self.select] = found.get("value", "")
        elif tag == "input" and name:
            is_on = "checked" in found or found.get("type") not in ("checkbox", "radio")
            if is_on:
                self.forms[-1][name] = found.get("value", "")

    def handle_data(self, data: str) -> None:
        if self.area:
            self.forms[-1][self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # A browser leaves the first line break out.
            self.forms[-1][self.area] = self.forms[-1][self.area].removeprefix("\n")
            self.area = ""
        elif tag == "select":
            self.select = ""


def label_of(answer: Any, field: str) -> str:
    """The words of the label of a field, with those beside it."""
    found = re.search(rf'<label for="id_{field}">(.*?)</label>', answer.text, re.DOTALL)
    assert found, field
    return " ".join(re.sub(r"<[^>]+>", "", found[1]).split())


def tight(html: str) -> str:
    """HTML as it is read: lines joined, and no space beside a tag, where a template may break."""
    return re.sub(r" ?(</?[a-z][^>]*>) ?", r"\1", joined(html))


def joined(text: str) -> str:
    """Text without line breaks, as a browser shows it."""
    return " ".join(text.split())


def fields_of(answer: Any, having: str = "version") -> dict[str, str]:
    """The fields of the form that has one of this name."""
    reader = _Forms()
    reader.feed(answer.text)
    return next(fields for fields in reader.forms if having in fields)
