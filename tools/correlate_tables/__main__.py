"""Fill the tables of real places in docs/correlates.md again: `python -m tools.correlate_tables DATA [premises …]`."""

from tools.filling import fill
from tools.readme_tables import ROOT

from . import joins, mixes, recorded

TABLES = {**recorded.TABLES, **mixes.TABLES, **joins.TABLES}
PAGE = ROOT / "docs" / "correlates.md"

if __name__ == "__main__":
    fill(PAGE, TABLES, __doc__)
