"""What a drawing shows and says."""

from defusedxml.ElementTree import fromstring

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg: str) -> list[str]:
    """The lines of text, in the order in which they are drawn."""
    return [node.text or "" for node in fromstring(svg).iter(f"{SVG}text")]


def rectangles(svg: str) -> list[dict[str, str]]:
    return [node.attrib for node in fromstring(svg).iter(f"{SVG}rect")]


def filled(svg: str) -> list[dict[str, str]]:
    """The rectangles without a dashed edge."""
    return [box for box in rectangles(svg) if "stroke-dasharray" not in box]


def dashed(svg: str) -> list[dict[str, str]]:
    """The rectangles of what is lost, merged or not known."""
    return [box for box in rectangles(svg) if "stroke-dasharray" in box]


def paths(svg: str) -> list[dict[str, str]]:
    return [node.attrib for node in fromstring(svg).iter(f"{SVG}path")]


def links(svg: str) -> list[str]:
    return [node.attrib["href"] for node in fromstring(svg).iter(f"{SVG}a")]


def said(svg: str) -> list[str]:
    """The values in words, one by one."""
    return (fromstring(svg).findtext(f"{SVG}desc") or "").split("; ")
