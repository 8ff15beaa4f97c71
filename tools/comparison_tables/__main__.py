"""Fill the tables of real places in docs/comparisons.md again: `python -m tools.comparison_tables DATA [overview tracts …]`."""

from tools.filling import fill
from tools.readme_tables import ROOT

from . import rankings

TABLES = rankings.TABLES
PAGE = ROOT / "docs" / "comparisons.md"
PICTURE = ROOT / "docs" / "pictures" / "funnel_neighbourhoods.svg"

if __name__ == "__main__":
    asked = fill(PAGE, TABLES, __doc__)
    if not asked.only_print and "neighbourhoods" in asked.names:
        rankings.compared(asked.data, "114 neighbourhoods")[1].save(PICTURE)
        print(PICTURE)
