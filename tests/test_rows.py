"""Rows: tables with places and without, as comparisons of places take them."""

import numpy as np
import pandas as pd
import pytest
from makers import squares

import lacrime_geo as lg
from lacrime_geo.parameters import Parameters
from lacrime_geo.results import Table
from lacrime_geo.rows import as_rows

COLUMNS = {"name": ["A", "B", None], "year": [1975, 1976, 1977], "Population": ["100", "", 250]}


def layer():
    return squares(1, 3).assign(**COLUMNS)


def given(kind, folder):
    """Return the same three rows as each kind of table or layer."""
    if kind in ("csv", "parquet"):
        path = folder / f"rows.{kind}"
        frame = pd.DataFrame(COLUMNS).astype({"Population": str})
        getattr(frame, f"to_{kind}")(path, index=False)
        return path
    if kind == "layer":
        layer().astype({"Population": str}).to_file(folder / "rows.gpkg", layer="rows")
        return folder / "rows.gpkg"
    table = Table({name: np.array(column, dtype=object) for name, column in COLUMNS.items()}, Parameters())
    return {"dict": COLUMNS, "frame": pd.DataFrame(COLUMNS), "places": layer(), "table": table}[kind]


@pytest.mark.parametrize("kind", ["dict", "frame", "table", "csv", "parquet", "places", "layer"])
def test_the_same_rows_from_everything(kind, tmp_path):
    rows = as_rows(given(kind, tmp_path))
    assert rows.size == 3 and as_rows(rows) is rows
    assert rows.texts("name").tolist() == ["A", "B", ""]
    assert rows.texts("year").tolist() == ["1975", "1976", "1977"]
    found = rows.numbers(rows.found("population", None, ("people", "population")))
    np.testing.assert_array_equal(found, [100, np.nan, 250])
    marked = {"x": np.arange(3)}, Parameters(), "", "marks"
    if kind in ("places", "layer"):
        assert rows.marks(*marked).to_geodataframe()["x"].tolist() == [0, 1, 2]
    else:
        with pytest.raises(ValueError, match="is a table without places, of which there is no map"):
            rows.marks(*marked)


def test_what_is_not_there_is_named():
    rows = as_rows(COLUMNS)
    with pytest.raises(
        ValueError, match=r"has no column .count. to take for the count; name it .* name, year, Population"
    ):
        rows.found("count", None, ("count",))
    with pytest.raises(ValueError, match="There is no column 'people'"):
        rows.found("population", "people", ())
    with pytest.raises(ValueError, match=r"2 of 3 values of 'name' are no numbers, first in row 0 \('A'\)"):
        rows.numbers("name")
    with pytest.raises(ValueError, match="The table 'table' has no rows"):
        as_rows({"name": []})
    with pytest.raises(TypeError, match="not from int"):
        as_rows(7)


def test_what_says_that_a_number_is_missing_is_none():
    values = as_rows({"x": ["NA", " n/a ", "", None, "7"]}).numbers("x")
    np.testing.assert_array_equal(values, [np.nan] * 4 + [7.0])


@pytest.mark.parametrize(
    "values, bad",
    [
        (["1,000", "2"], r"1 of 2 values of 'x' are no numbers, first in row 0 \('1,000'\); correct them \(1234.5"),
        (["1_000", "2"], r"1 of 2 .*\('1_000'\)"),
        (np.array(["ten", "5"]), r"1 of 2 .*\('ten'\)"),
        (np.array(["2020-01-01", "2020-01-02"], dtype="M8[ns]"), r"2 of 2 .*\('2020-01-01T"),
        (np.array([1, 2], dtype="m8[ns]"), "2 of 2 values"),
    ],
)
def test_what_is_no_number_is_quoted_as_it_was_written(values, bad):
    with pytest.raises(ValueError, match=bad):
        as_rows({"x": values}).numbers("x")


def test_the_missing_of_pandas_are_missing():
    frame = pd.DataFrame({"x": pd.Series([pd.NA, 7], dtype=object), "name": pd.array(["A", pd.NA], dtype="string")})
    rows = as_rows(frame.assign(when=pd.to_datetime(["2020-01-01", None])))
    np.testing.assert_array_equal(rows.numbers("x"), [np.nan, 7])
    assert rows.texts("name").tolist() == ["A", ""] and rows.texts("when")[1] == ""
    assert as_rows({"name": ["nan", "None"]}).texts("name").tolist() == ["nan", "None"]


def test_columns_that_cannot_be_rows_are_refused():
    two = as_rows(pd.DataFrame([[1, 2, 3]], columns=["x", "x", "y"]))
    assert two.numbers("y").tolist() == [3]
    for read in (two.numbers, two.texts, lambda name: two.found("count", None, (name,)) and two.numbers(name)):
        with pytest.raises(ValueError, match="2 columns are called 'x'; give each a name of its own"):
            read("x")
    unlike = as_rows({"x": [1, 2, 3], "name": ["A", "B"]})
    with pytest.raises(ValueError, match="name has 2 values for 3 rows"):
        unlike.texts("name")
    with pytest.raises(TypeError, match="Column 'x' of the table 'table' holds one value"):
        as_rows({"x": 5})


def test_what_a_file_is_read_without_is_told(tmp_path, caplog):
    ragged = "name,x,x\n" + "".join(f"p{row},{row},2\n" for row in range(3000)) + "q,1,2,3\n" + "short,1\n"
    (tmp_path / "ragged.csv").write_text(ragged, encoding="utf-8")
    assert as_rows(tmp_path / "ragged.csv").size == 3001
    for said in ("ragged_left_out in 1 rows", "missing fields are blank", "the second column of a name is called x.1"):
        assert said in caplog.text
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 nonsense")
    with pytest.raises(ValueError, match=r"bad\.parquet cannot be read \("):
        as_rows(tmp_path / "bad.parquet")


def test_features_keep_their_places():
    features = lg.as_features(layer())
    assert as_rows(features).features is features
