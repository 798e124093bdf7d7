"""HTML to PDF: what is printed, what is refused, and within which bounds."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from threading import Event, Thread

import pypdf
import pytest

from khmer.wrap import has_khmer
from paper.errors import PaperEngineMissing, PaperError
from paper.fonts import ROOT
from paper.longruns import break_long_runs
from paper.press import Press, PressRoom
from paper.printing import print_template
from paper.renderer import _styles, render_pdf

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)
KHMER = "អង្គការរបស់យើងធ្វើការជាមួយសហគមន៍ក្រុមសន្សំប្រាក់នៅតាមភូមិដើម្បីលើកកម្ពស់ជីវភាព។ "


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    one = Press()
    yield one
    one.close()


@pytest.fixture(scope="module")
def in_this_process() -> Iterator[None]:
    """WeasyPrint in the process of the tests; its fonts must go before the interpreter does."""
    yield
    _styles.cache_clear()


def page(body: str, language: str = "en") -> str:
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>t</title>'
        f'</head><body><p class="running-foot"><span class="page"></span></p>{body}</body></html>'
    )


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(BytesIO(pdf))


def fonts(document: pypdf.PdfReader) -> set[str]:
    return {
        str(font.get_object()["/BaseFont"]).split("+")[1]
        for one in document.pages
        for font in one["/Resources"]["/Font"].values()
    }


def test_a_document_is_titled_tagged_and_speaks_its_language(press: Press) -> None:
    document = read(press.print(page("<h1>Register</h1>"), title="Register", language="km"))
    root = document.trailer["/Root"]
    assert document.metadata is not None
    assert document.metadata.title == "Register"
    assert root["/Lang"] == "km"
    assert "/StructTreeRoot" in root
    assert root["/MarkInfo"]["/Marked"]


def test_only_the_khmer_font_is_used_whatever_the_machine_has(press: Press) -> None:
    body = f"<h1>Title</h1><p>{KHMER} and Latin, 1,248,000 ៛ – “quoted”</p>"
    document = read(press.print(page(body, "km"), title="x", language="km"))
    assert fonts(document) == {"Noto-Sans-Khmer", "Noto-Sans-Khmer-Bold"}


def test_a_long_register_repeats_its_head_on_every_page(press: Press) -> None:
    rows = "".join(f"<tr><td>{n}</td><td>Name</td></tr>" for n in range(120))
    head = "<thead><tr><th scope=col>HEADING</th><th scope=col>Name</th></tr></thead>"
    document = read(press.print(page(f"<table>{head}{rows}</table>"), title="x", language="en"))
    assert len(document.pages) == 4
    assert all("HEADING" in one.extract_text() for one in document.pages)


def test_khmer_paper_counts_its_pages_in_khmer_digits(press: Press) -> None:
    body = '<p>one</p><p class="new-page">two</p>'
    khmer = read(press.print(page(body, "km"), title="x", language="km"))
    english = read(press.print(page(body, "en"), title="x", language="en"))
    assert "២" in khmer.pages[1].extract_text()
    assert "2" in english.pages[1].extract_text()
    assert "2" not in khmer.pages[1].extract_text()


def test_khmer_stays_within_its_column(press: Press) -> None:
    """Unbroken, the sentence would run across the page as one line."""
    narrow = page(f'<p style="width: 30mm">{KHMER.strip()}</p>', "km")
    pdf = read(press.print(narrow, title="x", language="km"))
    base_lines = set()

    def note(text: str, cm: list[float], tm: list[float], *_: object) -> None:
        if has_khmer(text) and (y := tm[5] * cm[3] + cm[5]) > 100:  # Above the footer.
            base_lines.add(round(y))

    pdf.pages[0].extract_text(visitor_text=note)
    assert len(base_lines) >= 4


def test_wide_pages_and_certificates_lie_on_their_side(press: Press) -> None:
    body = "<p>upright</p><section class=landscape>wide</section>" + (
        "<section class=certificate><h1>one</h1></section>" * 2
    )
    boxes = [one.mediabox for one in read(press.print(page(body), title="x", language="en")).pages]
    assert [box.width > box.height for box in boxes] == [False, True, True, True]


def test_given_images_are_printed(press: Press) -> None:
    body = '<img src="samaki:photo" alt="The group">'
    document = read(press.print(page(body), title="x", language="en", images={"photo": PIXEL}))
    assert len(document.pages[0].images) == 1


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(
    "body",
    [
        '<img src="file:///etc/passwd" alt="x">',
        '<img src="http://127.0.0.1:1/x.png" alt="x">',
        '<img src="FILE:///etc/passwd" alt="x">',
        '<img src="/etc/passwd" alt="x">',
        '<img src="data:image/png;base64,AAAA" alt="x">',
        '<img src="samaki:unknown" alt="x">',
        '<img src="samaki:400.ttf" alt="x">',
        '<link rel="stylesheet" href="file:///etc/hostname">',
        '<link rel="attachment" href="file:///etc/hostname">',
        '<p style="background: url(file:///etc/hostname)">x</p>',
        "<style>@import url(http://127.0.0.1:1/x.css);</style>",
        "<style>@font-face {font-family: x; src: url(file:///etc/hostname)} p {font-family: x}"
        "</style><p>x</p>",
        '<svg width="9" height="9"><image href="file:///etc/passwd" width="9" height="9"/></svg>',
        '<object data="file:///etc/passwd">x</object>',
        '<embed src="file:///etc/passwd">',
        '<img src="samaki:photo">',
    ],
)
def test_what_is_not_given_is_refused_and_leaves_no_hole(body: str) -> None:
    """In this process: after a refusal the press starts another child, which takes long."""
    with pytest.raises(PaperError) as caught:
        render_pdf(page(body), title="x", language="en", images={"photo": PIXEL})
    assert caught.value.code == "incomplete"
    assert "passwd" not in str(caught.value)


def test_an_unreadable_image_is_refused(press: Press) -> None:
    body = '<img src="samaki:photo" alt="x">'
    with pytest.raises(PaperError, match="incomplete"):
        press.print(page(body), title="x", language="en", images={"photo": b"not an image"})


def test_a_table_that_asks_for_too_much_memory_ends_only_the_child() -> None:
    small = Press(megabytes=300, seconds=120)
    bomb = "<table>" + ("<tr>" + '<td colspan="1000">x</td>' * 400 + "</tr>") * 20 + "</table>"
    started = time.monotonic()
    try:
        with pytest.raises(PaperError) as caught:
            small.print(page(bomb), title="x", language="en")
        assert caught.value.code in {"too_large", "crashed"}
        assert time.monotonic() - started < 120
        assert small.print(page("<p>next</p>"), title="x", language="en").startswith(b"%PDF")
    finally:
        small.close()


def test_a_document_that_takes_too_much_of_the_processor_is_given_up() -> None:
    hasty = Press(seconds=1)
    rows = "<tr>" + "<td>x</td>" * 20 + "</tr>"
    try:
        with pytest.raises(PaperError) as caught:
            hasty.print(page(f"<table>{rows * 2000}</table>"), title="x", language="en")
        assert caught.value.code in {"too_slow", "crashed"}
        assert hasty._child is None
    finally:
        hasty.close()


def test_a_child_that_hangs_is_given_up_and_replaced() -> None:
    patient = Press(seconds=8)
    try:
        patient.print(page("<p>one</p>"), title="x", language="en")
        assert patient._child is not None
        patient._child.send_signal(signal.SIGSTOP)
        with pytest.raises(PaperError, match="too_slow"):
            patient.print(page("<p>two</p>"), title="x", language="en")
        assert patient.print(page("<p>three</p>"), title="x", language="en").startswith(b"%PDF")
    finally:
        patient.close()


def test_a_killed_child_is_replaced(press: Press) -> None:
    press.print(page("<p>one</p>"), title="x", language="en")
    child = press._child
    assert child is not None
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert press.print(page("<p>two</p>"), title="x", language="en").startswith(b"%PDF")


def test_the_child_is_kept_warm_between_documents(press: Press) -> None:
    press.print(page("<p>one</p>"), title="x", language="en")
    first = press._child
    press.print(page("<p>two</p>"), title="x", language="en")
    assert press._child is first


def test_the_child_gets_no_secrets(press: Press, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "not-for-the-child")
    press.close()
    press.print(page("<p>x</p>"), title="x", language="en")
    assert press._child is not None
    environment = Path(f"/proc/{press._child.pid}/environ").read_bytes()
    assert b"not-for-the-child" not in environment


def test_threads_share_the_press_and_get_their_own_documents(press: Press) -> None:
    got: dict[int, int] = {}

    def work(pages: int) -> None:
        body = '<p class="new-page">x</p>' * pages
        got[pages] = len(read(press.print(page(body), title="x", language="en")).pages)

    threads = [Thread(target=work, args=(pages,)) for pages in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {pages: pages for pages in range(1, 6)}


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_the_child_ends_with_its_parent(ending: signal.Signals) -> None:
    code = (
        "import time; from paper.press import Press; press = Press();"
        "press.print('<html lang=en><p>x</html>', title='x', language='en');"
        "print(press._child.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout as out:
        child = int(out.readline())
    parent.send_signal(ending)
    parent.wait()
    assert gone(child)


def gone(pid: int) -> bool:
    for _ in range(100):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return True
        if state == "Z":  # Dead; whoever inherited it has not looked yet.
            return True
        time.sleep(0.05)
    return False


def test_a_very_long_word_is_broken_and_nothing_else_of_the_page() -> None:
    text = f"<p title='{'b' * 300}'>{'a' * 250}{'&amp;' * 3}{'c' * 99} d</p>"
    broken = break_long_runs(text)
    assert broken.replace("\u200b", "") == text
    assert f"'{'b' * 300}'" in broken
    assert max(map(len, re.split("[\u200b ]", re.sub("<.*?>", "", broken)))) <= 100 + 3 * 4


def test_a_text_without_an_end_is_refused_before_it_is_drawn() -> None:
    with pytest.raises(PaperError, match="too_large"):
        Press().print("<p>" + "word " * 1_000_000, title="x", language="en")


@pytest.mark.parametrize("word", ["a", "ក", "សន្សំប្រាក់"])
def test_a_word_without_an_end_holds_nobody_up(word: str, press: Press, is_long: bool) -> None:
    letters = 200_000 if is_long else 20_000
    text = (word * letters)[:letters]
    pdf = press.print(f"<html lang=en><p>{text}</html>", title="x", language="en")
    assert len(read(pdf).pages) > 1


def test_a_paper_that_takes_long_does_not_hold_up_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = PressRoom(2)
    begun, may_go_on = Event(), Event()

    def draw(_press: Press, html: str, **_order: object) -> bytes:
        if html == "long":
            begun.set()
            may_go_on.wait(10)
        return html.encode()

    monkeypatch.setattr(Press, "print", draw)
    long = Thread(target=room.print, args=["long"])
    long.start()
    begun.wait(10)
    assert room.print("short") == b"short"
    may_go_on.set()
    long.join()


def test_a_machine_without_pango_is_told_what_to_install() -> None:
    """A library path without Pango stands for the machine without it."""
    code = (
        "import sys, ctypes.util, cffi.api\n"
        "def nothing(*a, **k): raise OSError('cannot load library')\n"
        "cffi.api.FFI.dlopen = nothing\n"
        "from paper.renderer import _styles, render_pdf\n"
        "from paper.errors import PaperEngineMissing\n"
        "try: render_pdf('<p>x', title='x', language='en')\n"
        "except PaperEngineMissing as error: print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "libpango" in done.stdout
    assert issubclass(PaperEngineMissing, PaperError)


@pytest.mark.parametrize("language", ["en", "km"])
def test_the_base_template_prints_in_both_languages(language: str) -> None:
    pdf = print_template("paper/base.html", {}, title="Empty", language=language)
    assert read(pdf).trailer["/Root"]["/Lang"] == language
