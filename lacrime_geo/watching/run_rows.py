"""A run as rows of a history: what it was made of, what it said, and each number that it told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .. import __version__
from ..overview import Overview
from .completeness import numbers_lacking
from .history_tables import Row
from .known_data import Known
from .monitors import Monitor


def row_of_run(
    known: Known,
    now: datetime,
    verdict: tuple[str, str],
    states: Mapping[str, int],
    missing: Mapping[str, str],
    parameters: Mapping[str, Any],
) -> Row:
    """Return the row of the run itself."""
    return {
        "run_at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "version": __version__,
        "layer": known.incidents.label,
        "fingerprint": known.fingerprint,
        "incidents": known.incidents.size,
        **numbers_lacking(known),
        "first_date": known.first,
        "last_date": known.last,
        "known_until": known.known_until,
        "whole_until": known.whole_until,
        "alarms": states["alarm"],
        "watched": states["watch"],
        "verdict": verdict[0],
        "sentence": verdict[1],
        "missing": " ".join(missing.values()),
        "parameters": json.dumps(parameters, ensure_ascii=False, default=str),
    }


def rows_of_claims(found: Overview | None) -> list[Row]:
    """Return each number that the overview tells."""
    claims = () if found is None else found.claims
    return [
        {
            "number": number,
            **{name: getattr(claim, name) for name in ("name", "unit", "n", "period", "method", "level", "code")},
            "value": claim.value if isinstance(claim.value, (int, float)) else None,
            "value_text": None if claim.value is None else str(claim.value),
            "lower": None if claim.interval is None else claim.interval[0],
            "upper": None if claim.interval is None else claim.interval[1],
            "sentence": claim.sentence,
        }
        for number, claim in enumerate(claims, 1)
    ]


def rows_of_monitors(monitors: Sequence[Monitor]) -> list[Row]:
    """Return what was watched."""
    return [
        {
            "name": one.name,
            "value": one.value,
            "limit_text": one.limit,
            "verdict": one.verdict,
            "sentence": one.sentence,
        }
        for one in monitors
    ]


def numbered(rows: Sequence[Row], run: int) -> list[Row]:
    """Return rows with the number of their run."""
    return [{**row, "run": run} for row in rows]
