"""Pictures in SVG made into pixels, by a library that is asked for only here."""

from __future__ import annotations

PIXELS_PER_UNIT = 2
# The font of most systems that have none of those that the pictures name.
LAST_FONT = "DejaVu Sans"


def png(svg: str) -> bytes:
    """Return an SVG document as a PNG of twice its size.

    Raises
    ------
    ImportError
        If resvg-py is not there.
    """
    try:
        from resvg_py import svg_to_bytes
    except ImportError as problem:
        raise ImportError(
            "A picture is written as .png by resvg-py, which is not installed: pip install resvg-py, or name an .svg or .html "
            "file, which need nothing."
        ) from problem
    return bytes(svg_to_bytes(svg_string=svg, zoom=PIXELS_PER_UNIT, sans_serif_family=LAST_FONT))
