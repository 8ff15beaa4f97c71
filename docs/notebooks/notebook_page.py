"""What the notebooks of this folder share: where the data are, how results are shown, how numbers are told and claimed.

Each notebook runs as a script too; what Jupyter would show is then printed, and pictures are drawn all the same.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pandas as pd

from lacrime_geo.claims import Claim

SAMPLES = Path(__file__).resolve().parents[2] / "sample_layers"
CELL = "padding: .25em 1em .25em 0; text-align: left; vertical-align: top; font-size: .85em"
WITHOUT_DATA = (
    "This notebook needs the real files, which are not part of the project: name their folder in the environment "
    "variable LACRIME_DATA, and run it again. Nothing was computed."
)


def data_folder():
    """Return the folder of the real files; without one say so and stop the notebook."""
    folder = os.environ.get("LACRIME_DATA", "")
    if folder and Path(folder).is_dir():
        return Path(folder)
    say(WITHOUT_DATA)
    raise SystemExit(0)


def in_jupyter():
    """Return whether a notebook is run, and not a script."""
    return "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None


def say(words):
    """Show a paragraph of Markdown."""
    _show("Markdown", words, words)


def show(result):
    """Show the picture of a result, or of a figure of matplotlib; `maps` makes those."""
    if hasattr(result, "svg"):
        _show("SVG", result.svg(), f"[picture: {getattr(result, 'label', type(result).__name__)}]")
    else:
        from io import BytesIO

        drawn = BytesIO()
        result.savefig(drawn, format="png", dpi=110)
        _show("Image", drawn.getvalue(), f"[map: {result.get_suptitle()}]")


def table(rows):
    """Show rows, each a dict of the same columns, as a table."""
    frame = pd.DataFrame(rows).fillna("")
    page = frame.to_html(index=False, border=0, justify="left")
    for cell in ("td", "th"):
        page = page.replace(f"<{cell}>", f'<{cell} style="{CELL}">')
    _show("HTML", f'<div style="overflow-x: auto">{page}</div>', frame.to_string(index=False))


def _show(kind, what, printed):
    """Show something by one of IPython's ways of display, or print what stands for it in a script."""
    if in_jupyter():
        from IPython import display

        display.display(getattr(display, kind)(what))
    else:
        print(printed)


def percent(share, digits=1):
    """Return a share as per cent.

    >>> percent(0.19282)
    '19.3 %'
    """
    return f"{100 * share:.{digits}f} %"


def told(*words):
    """Check that each number told in the text is the one computed: pairs of both, as they are written."""
    for said, computed in words:
        assert said == computed, f"The text says {said!r}, computed is {computed!r}."


def claims(listed, names):
    """Show claims as a table, after each one's code has given its value again; `names` are those that the code uses."""
    for claim in listed:
        again = eval(claim.code, dict(names))
        assert again == claim.value, f"{claim.name}: {claim.code} gives {again}, not {claim.value}."
    table([_row(claim) for claim in listed])


def _row(claim: Claim):
    """Return a claim as the cells of a table."""
    interval = ""
    if claim.interval:
        interval = f"{_figure(claim.interval[0])} to {_figure(claim.interval[1])} ({claim.level:g} %)"
    return {
        "claim": claim.name,
        "value": _figure(claim.value),
        "unit": claim.unit,
        "interval": interval,
        "n": f"{claim.n:,}",
        "period": claim.period,
        "method": claim.method,
        "split": claim.split or "–",
        "baseline": claim.baseline or "–",
    }


def _figure(value):
    """Return a number to three digits, whole ones whole.

    >>> [_figure(value) for value in (0.19282, 12.0, 1294, "ETS")]
    ['0.193', '12', '1,294', 'ETS']
    """
    if isinstance(value, str):
        return value
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:.3g}"
