"""Labels on maps, and texts within the expressions that write them."""

from __future__ import annotations

from typing import Any

from .elements import data_defined, element, rgba


def labels(
    expression: str, placement: dict[str, Any], rendering: dict[str, Any], priority: str, halo: float = 0.9
) -> str:
    """Return labels in dark text with a white halo (mm); where room is short those of higher priority (0…10) come first."""
    around = element(
        "text-buffer",
        bufferDraw=1,
        bufferSize=halo,
        bufferSizeUnits="MM",
        bufferColor=rgba("#ffffff"),
        bufferOpacity=0.9,
    )
    text = element(
        "text-style",
        [around],
        isExpression=1,
        fieldName=expression,
        fontFamily="Open Sans",
        fontSize=8,
        fontSizeUnit="Point",
        fontWeight=75,
        namedStyle="Bold",
        textColor=rgba("#222222"),
        textOpacity=1,
    )
    parts = [
        text,
        element("placement", priority=8, **placement),
        element("rendering", obstacle=0, displayAll=0, drawLabels=1, scaleVisibility=0, **rendering),
        data_defined("dd_properties", "Priority", priority),
    ]
    return element("labeling", [element("settings", parts, calloutType="simple")], type="simple")


def text_literal(text: str) -> str:
    """Return a text as it stands in an expression of QGIS.

    >>> print(text_literal("O'Hare"))
    'O''Hare'
    """
    escaped = text.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
