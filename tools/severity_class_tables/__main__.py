"""Fill the tables of real files in docs/severity_class.md again: `python -m tools.severity_class_tables DATA [predictors …]`."""

from tools.filling import fill
from tools.readme_tables import ROOT

from . import west_la

PAGE = ROOT / "docs" / "severity_class.md"
PICTURE = ROOT / "docs" / "pictures" / "severity_class.svg"

if __name__ == "__main__":
    asked = fill(PAGE, west_la.TABLES, __doc__)
    if not asked.only_print:
        PICTURE.write_text(west_la.scored(asked.data).svg(), encoding="utf-8")
        print(PICTURE)
