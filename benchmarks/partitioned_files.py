"""The files of incidents that are scanned, made and converted once: seeded, on clustered places, in the order of their times."""

from pathlib import Path

import numpy as np
import points

CONVERTED = "converted"
ROWS_IN_FILE, ROWS_IN_GROUP = 5_000_000, 1_000_000
MAPPING = {"x": "x", "y": "y", "date": "occurred", "category_column": "category", "crs": points.CRS}
KINDS = [f"kind {number:02d}" for number in range(12)]


def write(folder, millions, places):
    """Write incidents on places as parquet files; return their folder."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = Path(folder) / f"{millions}M_{places}_by_time"
    if folder.is_dir():
        return folder
    staged = folder.with_suffix(".unfinished")
    staged.mkdir(parents=True)
    random = np.random.default_rng(points.SEED)
    # Coordinates to a tenth of a metre, as agencies write them.
    where = np.round(points._clustered(random, places), 1)
    appeal = random.lognormal(0.0, 1.2, places)
    reached = np.cumsum(appeal / appeal.sum())
    rows = min(ROWS_IN_FILE, millions * 1_000_000)
    for number in range(millions * 1_000_000 // rows):
        place = np.minimum(np.searchsorted(reached, random.random(rows)), places - 1)
        first = points.FIRST_DAY.astype("M8[ms]") + number * rows * np.timedelta64(3_000, "ms")
        kind = random.integers(0, len(KINDS), rows).astype(np.int32)
        columns = {
            "x": where[0][place],
            "y": where[1][place],
            "occurred": first + np.arange(rows) * np.timedelta64(3_000, "ms"),
            "category": pa.DictionaryArray.from_arrays(kind, pa.array(KINDS)),
        }
        pq.write_table(pa.table(columns), staged / f"part-{number:03d}.parquet", row_group_size=ROWS_IN_GROUP)
    staged.rename(folder)
    return folder


def converted(folder, files):
    """Convert files as users do; return the folder."""
    import lacrime_geo as lg

    return Path(
        lg.convert(sorted(files.glob("*.parquet")), Path(folder) / f"{files.name}_{CONVERTED}", mapping=MAPPING)
    )
