"""House rules that a test can keep."""

import ast
import re
import tomllib
from collections import Counter
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
    {"khmer", "config"},
    {"database"},
]
RANK = {app: rank for rank, apps in enumerate(ORDER) for app in apps}
# The only looks upward: the type of an account, for the type checker alone, and the list of all
# addresses.
UPWARD = {("core/accounts.py", "registry"), ("config/urls.py", "trainings")}
# The rooms of an app of the domain, from the bottom up: what is kept, what is counted, what is
# written, what is asked for, what comes in and goes out, what is shown, and what the apps below
# are given. A room imports only from the rooms below it.
ROOMS = [
    {"bookkeeping"},
    {"models"},
    {"search", "accounts"},
    {"figures"},
    {"actions"},
    {"forms"},
    {"imports", "papers"},
    {"views", "admin"},
    {"hooks"},
    # Django finds these by their names.
    {"apps", "urls", "templatetags", "management", "migrations"},
]
FLOOR = {room: floor for floor, rooms in enumerate(ROOMS) for room in rooms}
# Signing in has a room of its own, from the file of roles to the addresses.
FLOOR |= {"accounts.roles": FLOOR["models"] - 1, "accounts.addresses": FLOOR["urls"]}
IN_ONE_APP = {
    "bookkeeping": "savings_groups",
    "search": "registry",
    "accounts": "registry",
}
DOMAIN = ["cascades", "registry", "reports", "savings_groups", "trainings"]
LOOSE = {"__init__.py", "apps.py", "urls.py"}

ROOT = Path(settings.BASE_DIR)
MODULES = sorted(path for app in RANK for path in (ROOT / app).rglob("*.py"))


def imports_of(path: Path) -> list[tuple[int, str]]:
    """The line and the full name of everything that a module imports, also inside."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [(node.lineno, f"{node.module}.{alias.name}") for alias in node.names]
    return found


def top_of(name: str) -> str:
    return name.partition(".")[0]


def test_every_package_of_the_project_has_its_place_in_the_order():
    others = {"benchmarks", "tests"}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - others
    assert packages == set(RANK)


def test_apps_import_downward_only():
    upward = {
        (str(path.relative_to(ROOT)), name)
        for path in MODULES
        for _line, full_name in imports_of(path)
        if (name := top_of(full_name)) in RANK
        and name != (app := path.relative_to(ROOT).parts[0])
        and RANK[name] <= RANK[app]
    }
    assert upward == UPWARD


def test_an_account_is_looked_at_by_the_type_checker_only():
    """What stands under `if TYPE_CHECKING` is never imported when the program runs."""
    source = (ROOT / "core" / "accounts.py").read_text(encoding="utf-8")
    hidden = [
        node
        for node in ast.parse(source).body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    ]
    assert [ast.unparse(line) for node in hidden for line in node.body] == [
        "from registry.models import User as Account"
    ]


@pytest.mark.parametrize("app", DOMAIN)
def test_nothing_is_loose_in_an_app_of_the_domain(app):
    rooms = {name for name in FLOOR if IN_ONE_APP.get(name, app) == app}
    for path in (ROOT / app).iterdir():
        if path.is_dir() and path.name != "__pycache__":
            assert path.name in rooms, path
        elif path.is_file():
            assert path.name in LOOSE, path


def floor_of(name: str) -> int:
    """How high a module stands in its app, by its full name."""
    _app, room, *rest = [*name.split("."), ""]
    return FLOOR.get(f"{room}.{rest[0]}", FLOOR[room]) if rest else FLOOR[room]


@pytest.mark.parametrize("app", DOMAIN)
def test_rooms_import_from_the_rooms_below_them_only(app):
    upward = []
    for path in sorted((ROOT / app).rglob("*.py")):
        own = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if own == f"{app}.__init__":
            continue
        for line, name in imports_of(path):
            if top_of(name) != app or name.split(".")[1] == own.split(".")[1]:
                continue
            if floor_of(name) >= floor_of(own):
                upward.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not upward, "\n".join(upward)


def test_khmer_knows_neither_django_nor_the_project():
    modules = (ROOT / "khmer").rglob("*.py")
    known = {top_of(name) for path in modules for _, name in imports_of(path)}
    assert not known & {"django", "config", *RANK} - {"khmer"}


def test_no_room_is_a_junk_drawer():
    names = {"utils", "helpers", "common", "misc"}
    assert not [path for path in MODULES if path.stem in names or path.parent.name in names]


def test_types_are_checked_strictly_in_all_code_of_the_apps():
    """`bin/test` runs the type checker; here is what it has to be told."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert told["strict"] is True
    assert sorted(told["exclude"]) == ["^benchmarks/", "^tests/", "migrations/"]
    # Subclasses of forms and pages that take no parameters at run time.
    assert [each["disable_error_code"] for each in told["overrides"][1:]] == [["type-arg"]]


IGNORE = re.compile(r"# type: ignore(.*)")
WITH_REASON = re.compile(r"\[([a-z-]+)\]  # (.+)")
FEW = 2


def test_what_the_type_checker_shall_not_see_is_named_and_has_one_cause_each():
    """A cause that many lines share is mended once, by a function with the right types."""
    found = [
        (f"{path.relative_to(ROOT)}: {line.strip()}", WITH_REASON.fullmatch(said[1]))
        for path in MODULES
        for line in path.read_text(encoding="utf-8").splitlines()
        if (said := IGNORE.search(line))
    ]
    assert not [line for line, reason in found if reason is None]
    causes = Counter(reason.groups() for _line, reason in found)
    assert not {cause: times for cause, times in causes.items() if times > FEW}


def functions_in(folder: Path) -> list[tuple[Path, ast.FunctionDef]]:
    return [
        (path, node)
        for path in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef)
    ]


def decorators_of(function: ast.FunctionDef) -> set[str]:
    return {ast.unparse(decorator).partition("(")[0] for decorator in function.decorator_list}


@pytest.mark.parametrize("app", sorted(RANK))
def test_there_is_one_kind_of_action(app):
    """Another decorator would hide an action from the rules below."""
    # Apps above are given a say in the merging of two people by `joins`.
    known = {"action", "property", "classmethod", "wraps"}
    known |= {"merges"} if app == "registry" else set()
    others = {
        f"{path.relative_to(ROOT)}:{each.lineno} @{name}"
        for path, each in functions_in(ROOT / app / "actions")
        for name in decorators_of(each) - known
    }
    assert not others


@pytest.mark.parametrize("app", sorted(RANK))
def test_actions_are_called_by_name_and_by_somebody(app):
    """A public action takes keywords after its subject, and `by`, who did it; wherever it is."""
    wrong = []
    for path, function in functions_in(ROOT / app):
        if function.name.startswith("_") or "action" not in decorators_of(function):
            continue
        names = {argument.arg for argument in function.args.kwonlyargs}
        if "by" not in names or len(function.args.args) > 1:
            wrong.append(f"{path.relative_to(ROOT)}:{function.lineno} {function.name}")
    assert not wrong


def test_what_the_database_refuses_is_put_into_words_in_one_place():
    """`@action` and `integrity_errors_as_refusals` do it; see core/database_messages.py."""
    allowed = {
        "core/database_messages.py",
        # A key that is there already is no error: the form had arrived before.
        "core/idempotency.py",
    }
    elsewhere = {
        str(path.relative_to(ROOT))
        for path in MODULES
        if any("IntegrityError" in name for _line, name in imports_of(path))
    }
    assert elsewhere <= allowed


def test_how_a_file_is_sent_is_said_in_one_place():
    """core/downloads.py: the media types, and the name under which a browser saves it."""
    # The parts of a workbook name their own types, and no download.
    said = re.compile(r"content-disposition|spreadsheetml\.sheet(?!\.main)|text/csv", re.IGNORECASE)
    elsewhere = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if said.search(path.read_text(encoding="utf-8"))
    ]
    assert elsewhere == ["core/downloads.py"]


def test_no_test_reaches_into_the_inside_of_the_framework():
    """Neither into Hypothesis, whose inside changes with every version, nor into Django."""
    inside = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for line, name in imports_of(path)
        if name.startswith("hypothesis.internal")
        or (top_of(name) == "django" and any(part.startswith("_") for part in name.split(".")))
    ]
    assert not inside


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
        keys = text.count("{% form_key %}") + text.count('{% include "ui/form_head.html"')
        if posts > keys:
            keyless.append(str(path.relative_to(ROOT)))
    assert not keyless
