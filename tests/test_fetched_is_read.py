"""What the portal gives is read as the official file is: by an address or from what was fetched."""

import csv

import pandas as pd
import pytest
from portal import RESOURCE, Portal, fetch_at_once, ids, rows_of, serving

import lacrime_geo as lg
from lacrime_geo.data.portal.portal_columns import LEGACY

OFFICIAL_DATE = "%m/%d/%Y %I:%M:%S %p"


def test_what_was_fetched_is_read(tmp_path):
    with serving(Portal(rows_of(65))) as portal:
        fetch_at_once(portal, tmp_path / "crimes.csv")
        crimes = lg.read_lapd(tmp_path / "crimes.csv")
        by_address = lg.read_lapd(portal.url + RESOURCE)
    assert len(crimes) == 65 and crimes["dr_no"].tolist() == ids(tmp_path / "crimes.csv")
    assert str(crimes["occurred"][1]) == "2023-02-02 01:01:00"
    assert set(crimes["category"]) >= {"burglary", "arson", "other"} and crimes.geometry.notna().all()
    pd.testing.assert_frame_equal(pd.DataFrame(crimes), pd.DataFrame(by_address))


def as_the_portal_gives_it(row):
    """Return a row of the official file as the interface has it: its names, and dates as ISO writes them."""
    found = {api: row[official] for api, official in LEGACY.items()}
    for name in ("date_rptd", "date_occ"):
        found[name] = pd.to_datetime(found[name], format=OFFICIAL_DATE).strftime("%Y-%m-%dT%H:%M:%S.000")
    return found


def test_the_real_file_is_read_alike_from_the_portal_and_as_official_csv(lacrime_data, tmp_path):
    official = lacrime_data / "lapd_official_format_874rows.csv"
    with open(official, newline="") as file:
        rows = sorted(map(as_the_portal_gives_it, csv.DictReader(file)), key=lambda row: row["dr_no"])
    with serving(Portal(rows)) as portal:
        record = fetch_at_once(portal, tmp_path / "crimes.csv", page=250)
    assert record["rows"] == 874
    fetched, right = (
        pd.DataFrame(lg.read_lapd(path)).sort_values("dr_no", ignore_index=True)
        for path in (tmp_path / "crimes.csv", official)
    )
    pd.testing.assert_frame_equal(fetched, right, check_categorical=False)


@pytest.mark.parametrize("reading", [lg.read_lapd])
def test_an_address_that_is_not_there_is_one_sentence(reading):
    with pytest.raises(OSError, match=r"^127.0.0.1 cannot be reached .*; nothing was written$"):
        reading("http://127.0.0.1:9/resource/2nrs-mtv8.csv")
