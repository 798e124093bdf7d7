"""House rules that a test can keep."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings

# From the top down. An app imports only what stands below it; siblings do not know each other.
ORDER = [
    {"demo"},
    {"reports"},
    {"cascades"},
    {"trainings", "savings_groups"},
    {"registry"},
    {"core"},
    {"paper"},
    {"khmer"},
]
RANK = {app: rank for rank, apps in enumerate(ORDER) for app in apps}
ROOT = Path(settings.BASE_DIR)
MODULES = sorted(path for app in RANK for path in (ROOT / app).rglob("*.py"))


def imports_of(path: Path) -> list[tuple[int, str]]:
    """The line and the top-level name of everything that a module imports, also inside."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name.split(".")[0]) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append((node.lineno, node.module.split(".")[0]))
    return found


def test_apps_import_downward_only():
    upward = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in MODULES
        for line, name in imports_of(path)
        if name in RANK
        and name != (app := path.relative_to(ROOT).parts[0])
        and RANK[name] <= RANK[app]
    ]
    assert not upward, "\n".join(upward)


def test_khmer_knows_neither_django_nor_the_project():
    known = {name for path in (ROOT / "khmer").rglob("*.py") for _, name in imports_of(path)}
    assert not known & {"django", "config", *RANK} - {"khmer"}


def test_the_configuration_holds_nothing_of_the_domain():
    """Only the list of addresses and the start-up may name an app."""
    allowed = {"urls.py"}
    known = {
        f"{path.name}: {name}"
        for path in (ROOT / "config").rglob("*.py")
        if path.name not in allowed
        for _, name in imports_of(path)
        if name in RANK
    }
    assert not known


def test_no_room_is_a_junk_drawer():
    names = {"utils", "helpers", "common", "misc"}
    assert not [path for path in MODULES if path.stem in names or path.parent.name in names]


@pytest.mark.parametrize("app", sorted(RANK))
def test_actions_are_called_by_name_and_by_somebody(app):
    """A public action takes keywords after its subject, and `by`, who did it."""
    wrong = []
    for path in (ROOT / app / "actions").rglob("*.py") if (ROOT / app / "actions").exists() else []:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            if not any(isinstance(d, ast.Name) and d.id == "action" for d in node.decorator_list):
                continue
            names = {argument.arg for argument in node.args.kwonlyargs}
            if "by" not in names or len(node.args.args) > 1:
                wrong.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert not wrong


def test_every_writing_form_carries_a_key():
    """A form that posts to our pages has {% form_key %}; sign-in and language have their own."""
    exempt = {"account", "mfa", "usersessions", "allauth", "admin"}
    keyless = []
    for path in (ROOT / "templates").rglob("*.html"):
        if path.relative_to(ROOT / "templates").parts[0] in exempt:
            continue
        text = path.read_text(encoding="utf-8")
        if path.name in {"language.html", "account.html", "styleguide.html"}:
            continue
        # A search is sent by POST to keep names out of addresses; it writes nothing.
        searches = [tag for tag in re.findall(r"<form[^>]*>", text) if 'role="search"' in tag]
        posts = text.count('method="post"') - sum('method="post"' in tag for tag in searches)
        if posts > text.count("{% form_key %}"):
            keyless.append(str(path.relative_to(ROOT)))
    assert not keyless
