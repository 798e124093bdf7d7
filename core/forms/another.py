"""A form that asks whether something is entered twice, before another of its kind is."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

# The field is there only once somebody was asked.
FIELD = "is_another"


class AsksIfAnother(forms.BaseForm):
    """Mixed into the form of a new record; `ask_if_another` is called at the end of `clean`."""

    def ask_if_another(self, question: str) -> None:
        """Refuse, with the question, until somebody says that it is another one."""
        field = forms.BooleanField(label=_("It is another one; enter it."))
        self.fields[FIELD] = field
        said = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(FIELD))
        if not said:
            self.add_error(FIELD, question)
