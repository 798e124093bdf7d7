"""Static files are collected when one of them changed, and only then."""

import os
import time

from config.staticfiles import collect_if_changed


def test_unchanged_files_are_not_collected_again(settings, tmp_path):
    source, settings.STATIC_ROOT = tmp_path / "source", tmp_path / "collected"
    source.mkdir()
    (source / "a.css").write_text("a {}")
    settings.STATICFILES_DIRS = [source]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    assert collect_if_changed()
    assert not collect_if_changed()
    (source / "a.css").write_text("a { color: red }")
    # Django compares whole seconds.
    os.utime(source / "a.css", (time.time() + 5, time.time() + 5))
    assert collect_if_changed()
    assert "red" in (settings.STATIC_ROOT / "a.css").read_text()
