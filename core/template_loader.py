"""Templates are indented for those who read them; browsers get their lines without it.

A third of a page of tables was indentation, which a slow line carries before compression has
anything to work on. Only the sources lose it: what somebody typed keeps its lines and spaces.
"""

from __future__ import annotations

import re

from django.template import Origin
from django.template.loaders import filesystem

INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)


class Loader(filesystem.Loader):
    """Reads our own templates; text mails keep their indentation."""

    def get_contents(self, origin: Origin) -> str:
        source = str(super().get_contents(origin))
        return INDENTATION.sub("", source) if origin.name.endswith(".html") else source
