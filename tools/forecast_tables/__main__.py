"""Fill the tables of real counts in docs/forecasts.md again: `python -m tools.forecast_tables DATA [models origins …]`."""

from tools.filling import fill
from tools.readme_tables import ROOT

from . import daily, packages, pandemic, totals, winners

TABLES = {**winners.TABLES, **packages.TABLES, **totals.TABLES, **pandemic.TABLES, **daily.TABLES}
PAGE = ROOT / "docs" / "forecasts.md"
PICTURE = ROOT / "docs" / "pictures" / "backtest_la.svg"

if __name__ == "__main__":
    asked = fill(PAGE, TABLES, __doc__)
    if not asked.only_print and "models" in asked.names:
        winners.scored(asked.data).save(PICTURE)
        print(PICTURE)
