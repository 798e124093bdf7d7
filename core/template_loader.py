"""Templates are indented for those who read them; browsers get their lines without it.

A third of a page of tables was indentation, which a slow line carries before compression has
anything to work on. A line that holds only a condition or a loop leaves no empty line either; the
one before it still ends. Only the sources lose it: what somebody typed keeps its lines and spaces.
"""

from __future__ import annotations

import re

from django.template import Origin
from django.template.loaders import filesystem

INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
# One tag and nothing beside it.
TAG = r"\{%% (?:%s)\b(?:(?!%%\}).)*%%\}"
SAYS_NOTHING = re.compile(
    f"^({TAG % 'if|elif|else|endif|for|empty|endfor|with|endwith|load'})\n", re.MULTILINE
)


class Loader(filesystem.Loader):
    """Reads our own templates; text mails keep their indentation."""

    def get_contents(self, origin: Origin) -> str:
        source = str(super().get_contents(origin))
        if not origin.name.endswith(".html"):
            return source
        return SAYS_NOTHING.sub(r"\1", INDENTATION.sub("", source))
