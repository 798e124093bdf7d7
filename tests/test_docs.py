"""What the documents name is there."""

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# In back quotes: a file of ours, with its folder.
FILE = re.compile(r"`([a-z_]+(?:/[a-z0-9_.-]+)+\.(?:py|toml|html|sql|md))`")
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
MODEL = re.compile(r"`(registry|trainings|savings_groups|cascades|reports)\.([A-Z]\w+)`")
# A glossary says `figures/lineage/` under the heading of its app.
ROOTS = [
    ROOT,
    *(ROOT / app for app in ("registry", "trainings", "savings_groups", "cascades", "reports")),
]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_names_files_and_models_that_exist(document):
    text = document.read_text(encoding="utf-8")

    missing = [name for name in FILE.findall(text) if not any((r / name).exists() for r in ROOTS)]
    missing += [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    missing += [f"{app}.{name}" for app, name in MODEL.findall(text) if not _model(app, name)]

    assert not missing


def _model(app: str, name: str) -> bool:
    return name.lower() in apps.all_models[app]
