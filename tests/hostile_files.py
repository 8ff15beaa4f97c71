"""Files that harm careless readers, and what an agency's good files become when they are damaged on the way."""

import csv
import gzip
import io
import json
import struct
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
from makers import crimes_frame, nibrs_table
from pyarrow import parquet

ROWS, MEGABYTE = 40, 1 << 20


def legacy_table(rows=ROWS):
    """Return a table as the department's files before NIBRS are, all texts, no report twice."""
    numbers = np.arange(rows)
    columns = {
        "DR_NO": [f"23{number:07d}" for number in numbers],
        "Date Rptd": "05/30/2023 12:00:00 AM",
        "DATE OCC": [f"05/{1 + number % 28:02d}/2023 12:00:00 AM" for number in numbers],
        "TIME OCC": [f"{number % 24:02d}15" for number in numbers],
        "AREA": [f"{1 + number % 21:02d}" for number in numbers],
        "Crm Cd": np.array(["510", "330", "210"])[numbers % 3],
        "Crm Cd Desc": "VEHICLE, STOLEN",
        "LOCATION": [f"{number}00 S  MAIN ST" for number in numbers],
        "LAT": [f"{34 + number / 1000:.4f}" for number in numbers],
        "LON": [f"{-118.3 + number / 1000:.4f}" for number in numbers],
    }
    return pd.DataFrame(columns, index=range(rows)).astype(str)


def calls_table(rows=ROWS):
    """Return a table of another agency's, all texts."""
    numbers = np.arange(rows)
    columns = {
        "id": [f"A{number:05d}" for number in numbers],
        "date": [f"2024-05-{1 + number % 28:02d} {number % 24:02d}:30" for number in numbers],
        "type": np.array(["theft", "noise"])[numbers % 2],
        "lon": [f"{-87.6 + number / 1000:.4f}" for number in numbers],
        "lat": [f"{41.8 + number / 1000:.4f}" for number in numbers],
        "note": [f'said "so", {number}' for number in numbers],
    }
    return pd.DataFrame(columns, index=range(rows)).astype(str)


TABLES = {"legacy": legacy_table, "nibrs": lambda: nibrs_table(ROWS), "calls": calls_table}


def as_csv(table, separator=",", encoding="utf-8", end="\n", quoting=csv.QUOTE_MINIMAL):
    """Return a table as the bytes of a CSV."""
    return table.to_csv(index=False, sep=separator, lineterminator=end, quoting=quoting).encode(encoding)


def as_json(table):
    """Return a table as the bytes of an array of records."""
    return json.dumps(table.to_dict("records")).encode()


def as_geojson():
    """Return the bytes of a layer of points."""
    return crimes_frame(ROWS).to_json(default=str).encode()


def as_parquet(table):
    """Return a table as the bytes of a parquet file."""
    made = io.BytesIO()
    table.to_parquet(made)
    return made.getvalue()


def zipped(members, comment=b""):
    """Return a zip of members, name to bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
        archive.comment = comment
    return made.getvalue()


def bomb(size, line=b"0", before=b"lon,lat\n"):
    """Return a zip of a few kB for each MB that it unpacks to: one line of zeros, or lines alike."""
    made = io.BytesIO()
    block = line * (MEGABYTE // len(line))
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w") as member:
        member.write(before)
        for _ in range(size // MEGABYTE):
            member.write(block)
    return made.getvalue()


def gzip_bomb(size, line=b"0", before=b"lon,lat\n"):
    """Return the same as gzip; a gzip of one MB is put after another, as the format allows."""
    return gzip.compress(before) + gzip.compress(line * (MEGABYTE // len(line))) * (size // MEGABYTE)


def parquet_bomb():
    """Return a parquet file of 60 million blanks in a hundred kB."""
    made, blanks = io.BytesIO(), pa.table({"lon": pa.nulls(1_000_000, pa.float64())})
    with parquet.ParquetWriter(made, blanks.schema) as writer:
        for _ in range(60):
            writer.write_table(blanks)
    return made.getvalue()


def lying_zip(said=100):
    """Return a zip that unpacks to 80 MB, and says that it is a hundred bytes."""
    content = bytearray(bomb(80 * MEGABYTE))
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", said)
    return bytes(content)


def linked_zip():
    """Return a zip whose only member is a link to a file outside."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        link = zipfile.ZipInfo("calls.csv")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return made.getvalue()


def locked_zip():
    """Return a zip whose member is marked as encrypted."""
    content = bytearray(zipped({"a.csv": b"lon,lat\n1,2\n"}))
    content[6] |= 1
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def quoted(cells):
    """Return the bytes of a CSV of one row whose cells are quoted."""
    made = io.StringIO()
    csv.writer(made, quoting=csv.QUOTE_ALL).writerow(cells)
    return made.getvalue().encode()
