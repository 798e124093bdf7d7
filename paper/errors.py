"""What can go wrong on the way to paper."""


class PaperError(Exception):
    """The document was not printed; `code` says why, for the page that asked.

    Codes: `incomplete` (something in it could not be fetched or drawn), `too_slow`,
    `too_large` (more memory than a document may take), `crashed`, `engine_missing`.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code


class PaperEngineMissing(PaperError):
    """The library that draws text (Pango) is not installed on this machine."""

    def __init__(self) -> None:
        super().__init__("engine_missing", "install Pango (libpango-1.0-0, libpangoft2-1.0-0)")
