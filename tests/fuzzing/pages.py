"""Reading a page as a browser does: its forms with what stands in them, and its addresses."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.apps import apps

from tests.fuzzing.nasty import Sending


@dataclass
class Form:
    """A form of a page, with a value for every field that would make it go through."""

    method: str
    path: str
    multipart: bool
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def names(self) -> list[str]:
        """Each field once, without the keys that only the browser cares about."""
        return list(dict.fromkeys(name for name, _v in [*self.fields, *self.buttons]))

    def sending(self) -> Sending:
        """The form as it would be sent by its first button."""
        pairs = [(name, value.encode()) for name, value in self.fields + self.buttons[:1]]
        pairs += [(name, b"name_latin\r\nSokha\r\n") for name in self.files]
        why = f"{self.method} {self.path}"
        return Sending(self.method, self.path, pairs, tuple(self.files), self.multipart, why=why)


class Page(HTMLParser):
    """The forms of a page and the parameters of its links."""

    def __init__(self, path: str, html: str) -> None:
        super().__init__()
        self.path = path
        self.forms: list[Form] = []
        self.parameters: dict[str, str] = {}
        self._form: Form | None = None
        self._select: dict[str, Any] | None = None
        self._textarea: str | None = None
        self._radios: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in found:
            self._link(found["href"])
        elif tag == "form":
            self._start_form(found)
        elif tag == "option" and self._select is not None:
            self._select["options"].append((found.get("value", ""), "selected" in found))
        elif self._form is None or not found.get("name") or "disabled" in found:
            return
        elif tag == "input":
            self._input(self._form, found)
        elif tag == "button":
            self._form.buttons.append((found["name"], found.get("value", "")))
        elif tag == "textarea":
            self._textarea, self._text = found["name"], ""
        elif tag == "select":
            self._select = found | {"options": []}

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._form:
            self.forms.append(self._form)
            self._form = None
        elif tag == "textarea" and self._textarea and self._form:
            self._form.fields.append((self._textarea, self._text.strip() or "x"))
            self._textarea = None
        elif tag == "select" and self._select and self._form:
            self._form.fields.append((self._select["name"], _chosen(self._select)))
            self._select = None

    def _link(self, href: str) -> None:
        address = urlsplit(urljoin(f"http://testserver{self.path}", href))
        if address.path == urlsplit(self.path).path:
            self.parameters |= dict(parse_qsl(address.query, keep_blank_values=True))

    def _start_form(self, found: dict[str, str]) -> None:
        path = urlsplit(urljoin(f"http://testserver{self.path}", found.get("action") or self.path))
        query = f"?{path.query}" if path.query else ""
        method = found.get("method", "get").upper()
        self._form = Form(method, path.path + query, "multipart" in found.get("enctype", ""))

    def _input(self, form: Form, found: dict[str, str]) -> None:
        name, value, kind = found["name"], found.get("value", ""), found.get("type", "text")
        if name == "csrfmiddlewaretoken":
            return
        if kind == "file":
            form.files.append(name)
        elif kind in ("submit", "image", "button"):
            form.buttons.append((name, value))
        elif kind == "radio":
            if name not in self._radios:
                self._radios.add(name)
                form.fields.append((name, value))
        elif kind == "checkbox":
            form.fields.append((name, value or "on"))
        else:
            form.fields.append((name, value or _likely(name, found)))


def _likely(name: str, found: dict[str, str]) -> str:
    """What a person might type into an empty field."""
    last = name.rsplit("-", 1)[-1]
    if found.get("type") == "hidden":
        return ""
    if "place" in last or "suggest" in str(found):
        return "(02030801)"
    if "dd/mm" in found.get("placeholder", "") or last.endswith(
        ("_on", "_from", "_until", "since")
    ):
        return "05/03/2026"
    if found.get("type") == "number" or found.get("inputmode") in ("numeric", "decimal"):
        return "3"
    return "a@example.org" if found.get("type") == "email" else "Sokha"


def _chosen(select: dict[str, Any]) -> str:
    """What is chosen, else the first that can be; for a choice by search, any such record."""
    options = select["options"]
    chosen = [value for value, is_selected in options if is_selected and value]
    chosen += [value for value, _selected in options if value]
    if chosen:
        return chosen[0]
    if "data-field-name" in select:
        model: Any = apps.get_model(select["data-app-label"], select["data-model-name"])
        related = model._meta.get_field(select["data-field-name"]).related_model
        found = related._default_manager.values_list("pk", flat=True).first()
        return str(found or "")
    return ""
