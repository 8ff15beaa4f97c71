"""The readers fed with files that atheris damages: python tests/fuzz_readers.py [-max_total_time=300] [FILE]."""

import importlib
import logging
import sys
from pathlib import Path

FOUND = Path(__file__).resolve().parent.parent / ".fuzzing"
# A reader that takes longer hangs; one that takes more is not bounded.
LIMITS = ("-timeout=30", "-rss_limit_mb=3000", "-max_len=20000", f"-artifact_prefix={FOUND}/")

# What the readers import when they come to need it, and would not be watched then.
LATE = ("arrow_csv", "csv_files", "geojson", "geoparquet", "parquet", "unpacking")


def seeds(names, good):
    """Write the good files as what the search begins with: the first byte says which kind it is."""
    folder = FOUND / "seeds"
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        (folder / name).write_bytes(bytes([number]) + good[name])
    return folder


def main(arguments):
    """Search until a reader crashes, hangs or tells more than a sentence, or the time is over."""
    import atheris

    with atheris.instrument_imports(include=["lacrime_geo.data"]):
        from reader_properties import GOOD, READERS, accounted, left_out, read

        for name in LATE:
            importlib.import_module(f"lacrime_geo.data.{name}")
    logging.disable()
    names = list(GOOD)

    def try_one(content):
        kind = content[0] if content else 0
        name, reader = names[kind % len(names)], list(READERS)[kind // len(names) % len(READERS)]
        loaded = read(reader, content[1:], name)
        assert isinstance(loaded, str) or accounted(loaded, len(loaded) + left_out(loaded))

    folders = [str(FOUND / "corpus"), str(seeds(names, GOOD))]
    (FOUND / "corpus").mkdir(exist_ok=True)
    given = [one for one in arguments if not one.startswith("-")]
    flags = [one for one in arguments if one.startswith("-")]
    atheris.Setup([sys.argv[0], *LIMITS, *flags, *(given or folders)], try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
