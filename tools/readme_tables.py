"""Write the tables that are made from the code into README.md and docs/: run after a change to the catalogue.

python tools/readme_tables.py
"""

import re
from pathlib import Path

import numpy as np

from lacrime_geo.catalog import ANALYSES, SUMMARIES
from lacrime_geo.data import nibrs
from lacrime_geo.data.categories import CATEGORIES, NIBRS_CATEGORIES
from lacrime_geo.data.lapd import COLUMNS
from lacrime_geo.reporting import Report
from lacrime_geo.results import Cells, Marks, Shapes, Surface, Table
from lacrime_geo.summaries import Summary
from lacrime_geo.verification.declared import Case, Simulation, promised, told
from lacrime_geo.verification.verifying import every_check

# What gives one kind or another by what is asked for.
EITHER = {
    "jitter_sensitivity": "grid cells, or the input with new columns",
    "safe_export": "polygons, or points",
}
ROOT = Path(__file__).resolve().parent.parent
KINDS = {
    Surface: "raster",
    Cells: "grid cells",
    Marks: "the input with new columns",
    Shapes: "polygons",
    Table: "table",
    Summary: "several layers and a page",
    Report: "one page with a map, and its claims",
}


def analyses():
    """Return the table of analyses: one name by all three roads."""
    rows = ["| script | command | QGIS | what it does | gives |", "|---|---|---|---|---|"]
    for analysis in (*ANALYSES, *SUMMARIES):
        gives = next(words for kind, words in KINDS.items() if issubclass(analysis.result, kind))
        gives = EITHER.get(analysis.name, gives)
        gives += f"; {within_a_sentence(analysis.second_title)}" if analysis.second else ""
        name = analysis.name
        names = f"| [`lg.{name}`](docs/analyses/{name}.md) | `lacrime-geo {name}` | `lacrime:{name}` |"
        rows.append(f"{names} {analysis.summary} | {gives} |")
    return "\n".join(rows)


def within_a_sentence(title):
    """Return a title with a small letter at its beginning, unless that is a person's name."""
    return title if title.split()[0] in ("Lorenz", "Moran's") else title[0].lower() + title[1:]


def lapd_columns():
    """Return the table of LAPD column names against ours."""
    made = {"time": "part of `occurred`, `time_placeholder`", "latitude": "geometry", "longitude": "geometry"}
    rows = ["| official | here |", "|---|---|"]
    rows += [f"| `{official}` | {made.get(ours, f'`{ours}`')} |" for official, ours in COLUMNS.items()]
    return "\n".join(rows)


def nibrs_columns():
    """Return the table of the columns of NIBRS files, in plain names, against ours."""
    rows = ["| in the file | here |", "|---|---|"]
    for ours, words in nibrs.COLUMNS.items():
        here = "part of `occurred`, `time_placeholder`" if ours == "time" else f"`{ours}`"
        rows.append(f"| {' or '.join(f'`{word}`' for word in words)} | {here} |")
    pairs = " or ".join(f"`{x}`, `{y}`" for x, y in nibrs.PLACES)
    return "\n".join([*rows, f"| {pairs} | geometry |"])


def categories():
    """Return the table of categories and their codes in both record systems."""
    rows = ["| category | crime codes | NIBRS codes |", "|---|---|---|"]
    for name, codes in CATEGORIES.items():
        rows.append(f"| `{name}` | {', '.join(map(str, codes))} | {', '.join(NIBRS_CATEGORIES[name])} |")
    return "\n".join(rows)


def published_cases():
    """Return the table of the cases that `verify` runs."""
    rows = ["| analysis | case | expected | within | source |", "|---|---|---|---|---|"]
    for check in every_check():
        one = check.declared
        if isinstance(one, Case):
            within = "the same words" if isinstance(one.expected, str) else told(one.tolerance)
            rows.append(f"| `{one.analysis}` | {one.name} | {answer(one.expected)} | {within} | {one.source} |")
    return "\n".join(rows)


def answer(expected):
    """Return an answer as the table shows it: of many numbers the first and how many they are."""
    if isinstance(expected, str):
        return expected
    numbers = [told(number) for number in np.ravel(expected)]
    return ", ".join(numbers) if len(numbers) < 8 else f"{', '.join(numbers[:3])}, … ({len(numbers)})"


def simulations():
    """Return the table of the simulations that `verify` runs."""
    rows = ["| analysis | of what | promised | quick | thorough | source |", "|---|---|---|---|---|---|"]
    for check in every_check():
        one = check.declared
        if isinstance(one, Simulation):
            draws = f"{one.quick:,} | {one.thorough:,}"
            rows.append(f"| `{one.analysis}` | {one.name} | {promised(one.promise)} | {draws} | {one.source} |")
    return "\n".join(rows)


TABLES = {
    "README.md": {"analyses": analyses},
    "docs/lapd.md": {"columns": lapd_columns, "nibrs columns": nibrs_columns, "categories": categories},
    "docs/verify.md": {"cases": published_cases, "simulations": simulations},
}


def filled(text, tables):
    """Return a page with each marked place filled by its table."""
    for name, table in tables.items():
        pattern = rf"(<!-- {name} -->\n)(?:.*?\n)??(<!-- end -->)"
        text, found = re.subn(
            pattern, lambda match, made=table: match[1] + made() + "\n" + match[2], text, flags=re.DOTALL
        )
        if found != 1:
            raise ValueError(f"There must be one place marked {name!r}, found {found}.")
    return text


if __name__ == "__main__":
    for page, tables in TABLES.items():
        path = ROOT / page
        path.write_text(filled(path.read_text(encoding="utf-8"), tables), encoding="utf-8")
        print(page)
