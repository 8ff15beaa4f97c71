"""What an earlier run has judged: kept in the record of its output, found there again, and joined with what is new."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from ..parameters import Parameters, restored
from ..summaries import counted
from .warning_states import Rows

# Of so many rows, but of two weeks at least, the steps judged last are kept for the next run.
KEPT_ROWS, KEPT_STEPS = 20_000, 14
# What must not change from one run to the next.
SETTINGS = ("method", "step", "false_alarms_per_year", "correction", "dated_by", "category")


def kept(rows: Rows, names: np.ndarray, begin: np.ndarray, first_count: np.ndarray) -> dict[str, Any]:
    """Return the last judged steps as JSON values: the names of the areas, the days, and a column each."""
    steps = np.unique(rows.step)[-max(KEPT_ROWS // max(names.size, 1), KEPT_STEPS) :]
    last = np.isin(rows.step, steps)
    columns = {
        name: [_short(value) for value in getattr(rows, name)[last].tolist()] for name in Rows._fields if name != "step"
    }
    return {
        "names": names.tolist(),
        "date": begin[rows.step[last]].astype(str).tolist(),
        "first_count": first_count[last].tolist(),
        **columns,
    }


def _short(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.6g}") if np.isfinite(value) else None
    return value


def earlier_of(anything: Any) -> Parameters | None:
    """Return the record of an earlier run: of its result, or of the file it was saved in; None for no file.

    Raises
    ------
    ValueError
        If the file is damaged or holds no record of alerts.
    """
    if anything is None:
        return None
    if hasattr(anything, "parameters"):
        found = Parameters(anything.parameters)
    else:
        path = Path(os.fspath(anything))
        if not path.exists():
            return None
        found = restored(_record_read(path))
    if "judged" not in found:
        raise ValueError(
            f"{str(anything)!r} is there and holds no record of alerts, so the last judged step is not known; name another "
            "output, or a date instead of since='last'."
        )
    return found


def _record_read(path: Path) -> str | None:
    """Return the record that a layer's file keeps; raise one sentence for a file that is none or is damaged."""
    try:
        return _record_in(path)
    except Exception as problem:  # GDAL's, Arrow's and JSON's readers share no class of errors
        said = (str(problem) or type(problem).__name__).splitlines()[0]
        raise ValueError(
            f"{str(path)!r} is there and cannot be read as an earlier run ({said}); name another output, or a date instead of "
            "since='last'."
        ) from problem


def _record_in(path: Path) -> str | None:
    """Return the record that a layer's file keeps."""
    suffix = path.suffix.lower()
    if suffix == ".gpkg":
        import pyogrio

        layers = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
        metadata = [pyogrio.read_info(path, layer=layer).get("layer_metadata") or {} for layer in layers]
        return next((found["lacrime_geo"] for found in metadata if "lacrime_geo" in found), None)
    if suffix == ".parquet":
        import geopandas

        record: str | None = geopandas.read_parquet(path).attrs.get("lacrime_geo")
        return record
    return json.dumps(json.loads(path.read_text(encoding="utf-8")).get("lacrime_geo"))


def require_alike(earlier: Parameters, parameters: Parameters, names: np.ndarray) -> None:
    """Raise where an earlier run had other settings or other areas: its judgement could not be gone on with."""
    for name in SETTINGS:
        if earlier.get(name) != parameters.get(name):
            raise ValueError(
                f"The earlier run has {name} {earlier.get(name)!r} and this one {parameters.get(name)!r}; go on as it was, or "
                "name another output."
            )
    before = set(earlier["judged"]["names"])
    if before != set(names.tolist()):
        changed = sorted(before ^ set(names.tolist()))
        raise ValueError(
            f"The areas are not those of the earlier run: {counted(len(changed), 'area')} of one of both "
            f"{'is' if len(changed) == 1 else 'are'} not of the other, first {changed[0]!r}; give the same areas, or name "
            "another output."
        )


def rows_of(earlier: Parameters, names: np.ndarray, begin: np.ndarray) -> tuple[Rows, np.ndarray]:
    """Return the rows of an earlier run whose steps are steps of this one, and the counts as they were first judged."""
    judged = earlier["judged"]
    number = {name: row for row, name in enumerate(names.tolist())}
    area = np.array([number[judged["names"][row]] for row in judged["area"]], dtype=np.int64)
    date = np.array(judged["date"], dtype="M8[D]")
    step = np.searchsorted(begin, date)
    there = (step < begin.size) & (begin[np.minimum(step, begin.size - 1)] == date)
    # Where the last whole day was measured, it may go back by itself.
    measured = earlier.get("dated_by") == "occurred" and "last_day_whole" in earlier
    if judged["date"] and date.max() > begin[-1] and not measured:
        raise ValueError(
            f"The earlier run has judged up to {date.max()}, and the last step of this one begins on {begin[-1]}: the file is an "
            "older one; give the newer one, or name another output."
        )
    if judged["date"] and not there.any() and date.max() >= begin[0]:
        raise ValueError(
            f"The steps of the earlier run do not begin on the days of this one (its last on {date.max()}, here on {begin[-1]}); "
            "give a file whose weeks begin on the same weekday, or name another output."
        )
    floats = {
        name: np.array([np.nan if value is None else value for value in judged[name]], dtype=float)[there]
        for name in ("expected", "limit", "statistic", "p", "p_adjusted")
    }
    rows = Rows(
        area=area[there],
        step=step[there],
        count=np.array(judged["count"], dtype=np.int64)[there],
        state=np.array(judged["state"], dtype=object)[there],
        **floats,
    )
    return rows, np.array(judged["first_count"], dtype=np.int64)[there]


def joined(old: Rows, new: Rows) -> Rows:
    """Return the rows of both, by step, then by area."""
    every = [np.concatenate([getattr(rows, name) for rows in (old, new)]) for name in Rows._fields]
    order = np.lexsort((every[0], every[1]))
    return Rows(*(column[order] for column in every))
