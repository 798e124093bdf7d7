"""An uploaded file between looking at it and confirming it.

It waits in the private store of uploads, under a name that nobody can guess and that says
nothing. What nobody confirms within an hour goes with the next upload, and every night.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from import_export.tmp_storages import BaseStorage

FOLDER = "imports"
WAITS_FOR = timedelta(hours=1)


class WaitingFile(BaseStorage):
    """The store that the library asks for; `name` is that of a file which waits already."""

    def save(self, data: bytes) -> None:
        remove_old_files()
        self.name = uuid4().hex
        default_storage.save(self._path(), ContentFile(data))

    def exists(self) -> bool:
        """Whether a file of this name waits. Names that are none of ours never do."""
        try:
            return default_storage.exists(self._path())
        except ValueError:
            return False

    def read(self) -> bytes:
        with default_storage.open(self._path()) as file:
            return bytes(file.read())

    def remove(self) -> None:
        default_storage.delete(self._path())

    def _path(self) -> str:
        """Raises ValueError for a name that is none of ours."""
        return f"{FOLDER}/{UUID(self.name).hex}"


def remove_old_files() -> None:
    """Remove the files that nobody confirmed in time."""
    if not default_storage.exists(FOLDER):
        return
    for name in default_storage.listdir(FOLDER)[1]:
        path = f"{FOLDER}/{name}"
        if default_storage.get_modified_time(path) < timezone.now() - WAITS_FOR:
            default_storage.delete(path)
