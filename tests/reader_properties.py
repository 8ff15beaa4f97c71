"""What holds of every file that a reader is given: it is read whole, or refused in one sentence."""

import csv
import io
import tempfile
from pathlib import Path

from hostile_files import TABLES, as_csv, as_geojson, as_json, as_parquet, zipped

from lacrime_geo.data.generic import load_incidents
from lacrime_geo.data.lapd import load_lapd

READERS = {"lapd": load_lapd, "incidents": load_incidents}
# Rules that leave rows out, by how many.
LEAVE_OUT = ("ragged_left_out", "dr_no_duplicate", "offence_no_duplicate")


def read(reader, content, name="a.csv"):
    """Read bytes as a file; return what is loaded, or the sentence that refuses it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            return READERS[reader](path)
        except (ValueError, OSError) as problem:
            said = str(problem)
            assert said and "\n" not in said and len(said) < 2_000 and not isinstance(problem, UnicodeError), said
            return said


def left_out(loaded):
    return sum(line["rows"] for line in loaded.audit if line["rule"] in LEAVE_OUT)


def accounted(loaded, rows):
    """Tell whether all rows of a file are there or reported, and all columns are as long."""
    lengths = {len(column.code) if hasattr(column, "code") else len(column) for column in loaded.columns.values()}
    return lengths <= {len(loaded)} and len(loaded) + left_out(loaded) == rows


def counted(content):
    """Count the rows of a CSV with commas beneath its header as Python's own reader does, blank lines left aside."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    rows = csv.reader(io.StringIO(text, newline=""))
    return sum(len(row) > 1 or bool(row and row[0].strip()) for row in rows) - 1


GOOD = {
    **{f"{name}.csv": as_csv(make()) for name, make in TABLES.items()},
    **{f"{name}.json": as_json(make()) for name, make in TABLES.items()},
    **{f"{name}.parquet": as_parquet(make()) for name, make in TABLES.items()},
    **{f"{name}.csv.zip": zipped({f"{name}.csv": as_csv(make())}) for name, make in TABLES.items()},
    "layer.geojson": as_geojson(),
}


def readers_of(name):
    """Return the readers that read a good file."""
    return ["incidents"] if name.startswith(("calls", "layer")) else ["lapd", "incidents"]
