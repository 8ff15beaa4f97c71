"""Make the scale of LAPD Part 1 and 2 from real files of codes with their Part: python -m tools.part1_2_scale DATA."""

import csv
import io
import sys
from collections import defaultdict
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet

from lacrime_geo.data.categories import CATEGORIES

SCALE = Path("lacrime_geo/severity/scales/part1_2.csv")
COLUMNS = ["Crm Cd", "Part 1-2", "Crm Cd Desc"]
DATA_SET = "LAPD, Crime Data from 2020 to Present (2nrs-mtv8), column Part 1-2"
LIST = "LAPD, UCR and COMPSTAT list of crime codes (2018)"
# Of the list's categories all but these are of Part I offences, as the Part of all their codes in the data set is 1.
NOT_PART_1 = ("simple_assault",)
HEAD = """\
# title: LAPD Part 1 offences
# unit: Part 1 offences
# source: LAPD, Crime Data from 2020 to Present (data set 2nrs-mtv8, CC0 1.0), columns Crm Cd and Part 1-2
# version: 2020-2023
"""


def parts(folder):
    """Return the Parts and the descriptions of each code in the files of a folder, and refuse codes of both Parts."""
    found, crimes = defaultdict(set), {}
    files = sorted(folder.glob("lapd_*.parquet"))
    tables = [pyarrow.parquet.read_table(file) for file in files]
    tables += [pyarrow.csv.read_csv(file) for file in folder.glob("lapd_official_format_*.csv")]
    for table in (one for one in tables if set(COLUMNS) <= set(one.column_names)):
        rows = table.select(COLUMNS).group_by(COLUMNS).aggregate([]).to_pylist()
        for code, part, crime in ([row[name] for name in COLUMNS] for row in rows):
            crimes.setdefault(int(code), crime)
            found[int(code)] |= set() if part is None else {int(part)}
    mixed = [code for code, known in found.items() if len(known) > 1]
    if mixed:
        raise ValueError(f"{len(mixed)} codes are of both Parts, first {mixed[0]}.")
    return {code: known.pop() for code, known in found.items() if known}, crimes


def rows(folder):
    """Yield code, weight, crime and citation: of the data set, else of the list, which names codes of Part 1."""
    known, crimes = parts(folder)
    category = {code: name for name, codes in CATEGORIES.items() for code in codes if name not in NOT_PART_1}
    for code in sorted({*known, *category}):
        crime = crimes.get(code, "")
        if code in known:
            yield code, int(known[code] == 1), crime, f"{DATA_SET}: {code} {crime} is Part {known[code]}"
        else:
            yield code, 1, crime, f"{LIST}: {code} is a Part I offence, {category[code].replace('_', ' ')}"


def main():
    """Write the scale."""
    text = io.StringIO(HEAD)
    text.seek(0, io.SEEK_END)
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("crime_code", "weight", "crime", "citation"))
    table.writerows(rows(Path(sys.argv[1])))
    SCALE.write_text(text.getvalue(), encoding="utf-8")


if __name__ == "__main__":
    main()
