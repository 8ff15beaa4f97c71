"""The LAPD's NIBRS files: told from the older ones, cleaned with nothing silent, counted by offence or by incident."""

import pytest

from lacrime_geo.data.schemas import LEGACY, NIBRS, refuse_mixed, schema_of


@pytest.mark.parametrize("spelling", [str, str.upper, str.title, lambda name: f" {name.replace('_', ' ')} "])
def test_a_schema_is_known_however_its_columns_are_spelled(spelling):
    assert schema_of(map(spelling, ["caseno", "uniquenibrno", "nibr_code", "lat"])) == NIBRS
    assert schema_of(map(spelling, ["dr_no", "date_rptd", "crm_cd", "lat"])) == LEGACY
    assert schema_of(map(spelling, ["id", "date", "lat"])) is None


def test_columns_of_both_are_refused():
    with pytest.raises(ValueError, match="columns of both record systems"):
        schema_of(["DR_NO", "Crm Cd", "uniquenibrno", "nibr_code"])


def test_files_of_both_are_never_joined_in_silence():
    refuse_mixed({"a.csv": LEGACY, "b.csv": LEGACY})
    with pytest.raises(
        ValueError, match=r"2 files are of different record systems \(a\.csv is legacy, b\.csv is NIBRS\)"
    ):
        refuse_mixed({"a.csv": LEGACY, "b.csv": NIBRS})
