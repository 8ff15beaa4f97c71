"""Fill the tables of real files in docs/harm_forecasts.md again: `python -m tools.harm_forecast_tables DATA [days months …]`."""

from tools.filling import fill
from tools.readme_tables import ROOT

from . import contests
from .chart import chart

TABLES = contests.TABLES
PAGE = ROOT / "docs" / "harm_forecasts.md"
PICTURE = ROOT / "docs" / "pictures" / "harm_forecasts.svg"

if __name__ == "__main__":
    asked = fill(PAGE, TABLES, __doc__)
    if not asked.only_print:
        PICTURE.write_text(chart(asked.data), encoding="utf-8")
        print(PICTURE)
