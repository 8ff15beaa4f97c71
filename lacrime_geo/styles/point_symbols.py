"""Symbols of points: dots, thin circles, rings."""

from __future__ import annotations

from .elements import layer_of, rgba, symbol


def marker(colour: str, size: float, opacity: float, turn: int = 0) -> str:
    """Return a circle; only large ones (mm) have an outline. Where a renderer draws by pass, those of later turns are above."""
    options = {
        "name": "circle",
        "color": rgba(colour),
        "outline_style": "no" if size < 2 else "solid",
        "outline_color": rgba("#555555"),
        "outline_width": 0.1,
        "size": size,
        "size_unit": "MM",
    }
    return symbol("marker", [layer_of("SimpleMarker", options, turn=turn)], opacity)


def hollow(colour: str, size: float, opacity: float) -> str:
    """Return a thin circle (mm) with nothing in it, beneath all of later turns."""
    options = {"name": "circle", "color": rgba(colour, 0.0), "outline_color": rgba(colour), "outline_width": 0.15}
    options.update(outline_width_unit="MM", size=size, size_unit="MM")
    return symbol("marker", [layer_of("SimpleMarker", options)], opacity)


def ring(colour: str, size: float, width: float, dot: float = 0.0) -> str:
    """Return a circle of a width of line on white (mm), around a dot if it has a size (mm)."""
    lines = [("#ffffff", width + 0.5, 0.8), (colour, width, 1.0)]
    layers = [
        layer_of(
            "SimpleMarker",
            {
                "name": "circle",
                "color": rgba(colour, 0.0),
                "outline_color": rgba(hue, opacity),
                "outline_width": round(across, 2),
                "outline_width_unit": "MM",
                "size": size,
                "size_unit": "MM",
            },
        )
        for hue, across, opacity in lines
    ]
    inside = {"name": "circle", "color": rgba(colour), "outline_style": "no", "size": dot, "size_unit": "MM"}
    return symbol("marker", [*layers, *([layer_of("SimpleMarker", inside)] if dot else [])])
