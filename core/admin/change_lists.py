"""The search of the admin's lists, with the words kept out of the addresses of its links."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.http import HttpRequest, QueryDict

from core.search_forms import KEY, searched
from core.sent import immutable


class QuietChangeList(ChangeList):
    """A list that finds what was searched for, though its address holds only a key."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        outside = request.GET
        self.search_key = outside.get(KEY, "")
        if self.search_key:
            inside = outside.copy()
            del inside[KEY]
            inside[SEARCH_VAR] = searched(request)
            request.GET = immutable(inside)
        try:
            super().__init__(request, *args, **kwargs)
        finally:
            request.GET = outside
        # What the links to the records carry along, taken from the address as it is.
        self.preserved_filters = self.model_admin.get_preserved_filters(request)

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        address = super().get_query_string(new_params, remove)
        if not self.search_key:
            return address
        parts = QueryDict(address.removeprefix("?"), mutable=True)
        parts.pop(SEARCH_VAR, None)
        parts[KEY] = self.search_key
        return f"?{parts.urlencode()}"
