"""A PDF written to bytes: many small objects packed into object streams.

pydyf, which writes for WeasyPrint, packs all of them into one stream; to look up one object a
reader unpacks that stream, and the tags of a long register are 100,000 objects.
"""

import zlib
from io import BytesIO
from typing import Any

import pydyf

# As other writers do; a reader unpacks them together.
PACKED_TOGETHER = 200


class Packed:
    """Objects added to a PDF that are packed as they come, so that few are held as they are."""

    def __init__(self, pdf: Any) -> None:
        self._pdf = pdf
        self._waiting: list[tuple[int, bytes]] = []
        # The object stream of each packed object, and its place there.
        self.places: dict[int, tuple[int, int]] = {}

    def number(self) -> int:
        """A number for an object that is told later."""
        self._pdf.objects.append(None)
        return len(self._pdf.objects) - 1

    def add(self, data: bytes, number: int | None = None) -> int:
        """Add an object; its number."""
        number = self.number() if number is None else number
        self._waiting.append((number, data))
        if len(self._waiting) >= PACKED_TOGETHER:
            self.flush()
        return number

    def flush(self) -> None:
        if not self._waiting:
            return
        heads, bodies, at = [], [], 0
        for number, data in self._waiting:
            heads.append(b"%d %d" % (number, at))
            bodies.append(data)
            at += len(data) + 1
        first = b" ".join(heads) + b"\n"
        extra = {"Type": "/ObjStm", "N": len(heads), "First": len(first)}
        stream = compressed(first + b"\n".join(bodies), extra)
        self._pdf.add_object(stream)
        for place, (number, _data) in enumerate(self._waiting):
            self.places[number] = (stream.number, place)
        self._waiting = []


def at(pdf: Any, reference: bytes) -> Any:
    """The object that a reference names."""
    return pdf.objects[int(reference.split()[0])]


def compressed(content: bytes, extra: dict[str, Any]) -> Any:
    """A stream that is compressed now and not held as it was."""
    data = zlib.compress(content, 6)
    return pydyf.Stream([data], pydyf.Dictionary({**extra, "Filter": "/FlateDecode"}))


def write(pdf: Any, packed: Packed) -> bytes:
    """The file. Objects that are not packed yet are packed now."""
    pdf.add_object(pdf.info)
    single, count = [], len(pdf.objects)
    for number, each in enumerate(pdf.objects[1:], 1):
        if each is None:
            continue
        if each.compressible:
            packed.add(each.data, number)
            pdf.objects[number] = None
        else:
            single.append(each)
    packed.flush()
    single += pdf.objects[count:]
    return _file(pdf, packed, single)


def _file(pdf: Any, packed: Packed, single: list[Any]) -> bytes:
    out = BytesIO()
    out.write(b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n")
    offsets = {}
    for each in single:
        offsets[each.number] = out.tell()
        out.write(each.indirect + b"\n")
    start = out.tell()
    number = len(pdf.objects)
    offsets[number] = start
    table = bytearray(b"\0" + b"\0" * 4 + b"\xff\xff")
    for each in range(1, number + 1):
        kind, where, place = (
            (2, *packed.places[each]) if each in packed.places else (1, offsets[each], 0)
        )
        table += bytes([kind]) + where.to_bytes(4, "big") + place.to_bytes(2, "big")
    extra = {
        "Type": "/XRef",
        "W": pydyf.Array([1, 4, 2]),
        "Size": number + 1,
        "Root": pdf.catalog.reference,
        "Info": pdf.info.reference,
    }
    references = compressed(bytes(table), extra)
    references.number = number
    out.write(references.indirect + b"\nstartxref\n%d\n%%%%EOF\n" % start)
    return out.getvalue()
