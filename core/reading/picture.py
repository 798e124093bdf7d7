"""A picture decoded and written again as a JPEG; run by trainings.actions.pictures in a process of
its own.

The answer is {"width": …, "height": …}, a line end and the JPEG, or {"refused": why} and nothing.
"""

from __future__ import annotations

import json
import warnings
from io import BytesIO

from PIL import Image, ImageOps

from core.reading.bounded import serve

MAX_PIXELS = 40_000_000
# Enough to read handwriting on a scanned A4 sheet.
LONGEST_SIDE = 2000
FORMATS = ("JPEG", "PNG", "WEBP")


def read(content: bytes) -> bytes:
    """Drops the place and the telephone that a camera writes into it, and what hides behind it."""
    try:
        with warnings.catch_warnings():
            # Pillow only warns of a picture that would fill the memory.
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(content), formats=FORMATS)
            if image.width * image.height > MAX_PIXELS:
                return _refused("pixels")
            # A JPEG is decoded at an eighth to the whole of its size, whichever is enough.
            image.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            # Turned as the camera says, since that note is dropped with the rest.
            turned = ImageOps.exif_transpose(image).convert("RGB")
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return _refused("pixels")
    except MemoryError:
        raise
    except Exception:  # A broken file makes Pillow raise almost anything.
        return _refused("no_picture")
    turned.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = BytesIO()
    turned.save(out, "JPEG", quality=82, optimize=True)
    about = json.dumps({"width": turned.width, "height": turned.height})
    return about.encode() + b"\n" + out.getvalue()


def _refused(why: str) -> bytes:
    return json.dumps({"refused": why}).encode()


if __name__ == "__main__":
    serve(read)
