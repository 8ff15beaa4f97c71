"""Scales of harm: what is shipped is the real files' own Part, each weight is cited, and a bad file is refused by its rows."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from makers import incidents

import lacrime_geo as lg
from lacrime_geo.data.categories import CATEGORIES, OTHER
from lacrime_geo.severity.harm_scales import SHIPPED, as_scale, as_scales, fitting

HEAD = "# title: Own list\n# unit: days\n# source: a ministry\n# version: 2021\n"


def written(folder, text, name="own.csv", encoding="utf-8"):
    path = folder / name
    path.write_text(text, encoding=encoding)
    return path


def of(**columns):
    """Return incidents with some columns."""
    size = len(next(iter(columns.values())))
    return incidents(np.arange(size) * 10.0, np.zeros(size), source={name: np.array(v) for name, v in columns.items()})


@pytest.mark.parametrize("name", SHIPPED)
def test_every_weight_that_is_shipped_is_cited(name):
    scale = lg.harm_scale(name)
    assert scale.title and scale.unit and scale.source and scale.version
    assert len(scale) == len(set(scale.keys)) and set(scale.weight.tolist()) == {0.0, 1.0}
    assert all(len(words) > 30 for words in scale.citation)
    # What a citation says is what the row weighs.
    for key, weight, words in zip(scale.keys, scale.weight, scale.citation):
        first = words.endswith(" is Part 1") or "a Part I offence" in words or "Part I, class" in words
        assert first == (weight == 1), (key, words)


def test_part_1_holds_the_categories_that_the_fbi_has_in_part_1():
    by_code, by_category = lg.harm_scale("part1_2"), lg.harm_scale("ucr_part1")
    assert set(by_category.keys) == {*CATEGORIES} and by_category.weight_of(OTHER) is None
    compared = 0
    for category, codes in CATEGORIES.items():
        for code in codes:
            weight = by_code.weight_of(str(code))
            compared += weight is not None
            assert weight in (None, by_category.weight_of(category)), (category, code)
    assert compared == 66


def test_the_parts_of_real_files_are_those_shipped(lacrime_data):
    scale = lg.harm_scale("part1_2")
    for file in ("lapd_west_la_2020-03_2021-07_28col.parquet", "lapd_citywide_2023-09_2023-10.parquet"):
        found = lg.as_incidents(lacrime_data / file)
        part = found.source["part"].to_numpy(dtype=float, na_value=np.nan)
        weight, mapped = scale.weights_of(found)
        known = np.isfinite(part) & mapped
        assert known.mean() > 0.999
        np.testing.assert_array_equal(weight[known], (part[known] == 1).astype(float))


def test_the_table_that_is_shipped_is_what_its_script_makes(lacrime_data):
    from tools import part1_2_scale

    made = [[str(cell) for cell in row] for row in part1_2_scale.rows(lacrime_data)]
    with part1_2_scale.SCALE.open(encoding="utf-8", newline="") as file:
        shipped = [row for row in csv.reader(file) if not row[0].startswith("#")][1:]
    assert shipped == made


def test_a_file_is_read_with_what_it_says_of_itself(tmp_path):
    text = HEAD + "premise,Weight,note,Citation\nSTREET,1.5,,table 2\n 101.0 ,0,x,table 3\nunknown,,,\n"
    scale = lg.harm_scale(written(tmp_path, text))
    assert (scale.title, scale.unit, scale.source, scale.version) == ("Own list", "days", "a ministry", "2021")
    assert scale.key == "premise" and scale.keys == ("STREET", "101") and scale.weight.tolist() == [1.5, 0.0]
    assert scale.citation_of("STREET") == "table 2" and scale.citation_of("unknown") == ""
    weight, mapped = scale.weights_of(of(premise=np.array(["STREET", "101", "unknown", None], dtype=object)))
    assert weight.tolist() == [1.5, 0.0, 0.0, 0.0] and mapped.tolist() == [True, True, False, False]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_spreadsheets_write_it_their_own_way(tmp_path, separator, encoding):
    rows = [
        '"# title: Größe, grob"',
        "# unit: Tage" + 2 * separator,
        separator.join(("category", "weight", "citation")),
    ]
    rows += [separator.join(("arson", "2", "Müller 1999")), 2 * separator, ""]
    scale = lg.harm_scale(written(tmp_path, "\r\n".join(rows), encoding=encoding))
    assert (scale.title, scale.unit, scale.keys, scale.citation) == (
        "Größe, grob",
        "Tage",
        ("arson",),
        ("Müller 1999",),
    )


def test_codes_match_however_they_are_kept():
    scale = lg.harm_scale("part1_2")
    for values in ([510, 624], [510.0, 624.0], ["510", " 624.0"], np.array([510, None], dtype=object)):
        weight, mapped = scale.weights_of(of(crime_code=values))
        assert weight.tolist() == [1.0, 0.0] and mapped[0]
    weight, mapped = scale.weights_of(of(crime_code=[np.nan, 510.5]))
    assert not mapped.any() and not weight.any()


def test_lists_in_a_column_are_a_key_each():
    points = incidents(np.zeros(2), np.zeros(2), source={"crime_code": [["510", "a"], ["510", "b"]]})
    weight, mapped = lg.harm_scale("part1_2").weights_of(points)
    assert weight.tolist() == [0.0, 0.0] and not mapped.any()


def test_codes_of_nibrs_match_as_the_fbi_writes_them(tmp_path):
    scale = lg.harm_scale(written(tmp_path, "nibrs_code,weight,citation\n9a,100,x\n120,3,x\n"))
    weight, mapped = scale.weights_of(of(nibrs_code=np.array(["09A", "120.0", "13B"], dtype=object)))
    assert weight.tolist() == [100.0, 3.0, 0.0] and mapped.tolist() == [True, True, False]


ROWS = "category,weight,citation\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            ROWS + "arson,1,x\nrape,2,x\narson,3,x\n",
            "1 of 3 rows of 'own.csv' have a key that stands there before: arson",
        ),
        (ROWS + "arson,-1,x\nrape,2,x\n", r"1 of 2 rows of 'own.csv' have a weight below 0 or too large: arson \(-1\)"),
        (ROWS + "arson,1e99,x\n", r"a weight below 0 or too large: arson \(1e99\)"),
        (ROWS + "arson,,x\nrape,2,x\n", "1 of 2 rows of 'own.csv' have a citation and no weight: arson"),
        (
            ROWS + "arson,1,\nrape,2, \nhomicide,3,x\n",
            "2 of 3 rows of 'own.csv' have no citation: arson, rape; write in",
        ),
        (
            ROWS + 'arson,"1,000",x\nrape,2,x\n',
            "1 of 2 weights of 'own.csv' are no plain numbers, first '1,000' of 'arson'",
        ),
        (ROWS + "arson,$5,x\n", r"first '\$5' of 'arson'; write them without currency signs"),
        (ROWS + "arson,5 €,x\n", "first '5 €' of 'arson'"),
        (ROWS + "arson,nan,x\n", "first 'nan' of 'arson'"),
        (ROWS + "arson,inf,x\n", "first 'inf' of 'arson'"),
        (ROWS + "arson,1_000,x\n", "first '1_000' of 'arson'"),
        (ROWS + ",1,x\nrape,2,x\n", "1 of 2 rows of 'own.csv' have no key, the first is row 1 below the header"),
        (ROWS + "arson,,\n", "'own.csv' has no weights: all its 1 rows are blank"),
        (ROWS, "'own.csv' has no weights: all its 0 rows are blank"),
        ("category,points\narson,1\n", "'own.csv' is no scale: .* its columns are category, points"),
        ("weight,citation,category\n1,x,arson\n", "'own.csv' is no scale: it needs a first column"),
        # What would be read as 5, and a row that would vanish into another.
        (
            ROWS + 'arson,5,475,"table 2, row 1"\nrape,2,x\n',
            "1 of 2 rows of 'own.csv' have more cells than there are columns: arson",
        ),
        (ROWS + 'arson,1,"table 2\nrape,2,x\n', "'own.csv' is no scale: .* a quotation mark that is not closed"),
        ("category,weight,Weight,citation\narson,1,2,x\n", "'own.csv' has the column 'weight' 2 times"),
        (ROWS + "arson,1,x\0\n", "'own.csv' is no scale: it is no text in UTF-8"),
        ("", "its columns are none"),
        ("# title: x\n", "its columns are none"),
    ],
)
def test_a_bad_file_is_refused_by_its_rows(tmp_path, text, sentence):
    path = written(tmp_path, text)
    with pytest.raises(ValueError, match=sentence):
        lg.harm_scale(path)


def test_what_is_no_scale_is_told(tmp_path):
    with pytest.raises(ValueError, match="There is no scale 'part_1'; take one of 'part1_2', 'ucr_part1'"):
        lg.harm_scale("part_1")
    with pytest.raises(FileNotFoundError, match=r"none\.csv"):
        lg.harm_scale(tmp_path / "none.csv")
    for folder in (tmp_path, ""):
        with pytest.raises(ValueError, match="There is no scale"):
            lg.harm_scale(folder)
    (tmp_path / "a.parquet").write_bytes(bytes(range(256)) * 40)
    with pytest.raises(ValueError, match=r"'a\.parquet' is no scale"):
        lg.harm_scale(tmp_path / "a.parquet")
    with pytest.raises(TypeError, match="not a int"):
        lg.harm_scale(3)


def test_several_scales_come_with_commas_or_in_a_list(tmp_path):
    path = written(tmp_path, ROWS + "arson,1,x\n")
    found = as_scales(f"part1_2, {path}")
    assert [scale.key for scale in found] == ["crime_code", "category"] and as_scale(found[0]) is found[0]
    assert [scale.name for scale in as_scales([found[0], "ucr_part1"])] == ["part1_2", "ucr_part1"]
    for wrong in ("", [], "part1_2, part1_2"):
        with pytest.raises(ValueError, match="scales must name one or more different scales"):
            as_scales(wrong)


def test_the_scales_that_fit_are_named():
    both = of(crime_code=[510, 624], category=["arson", "rape"])
    assert fitting(both) == ["part1_2", "ucr_part1"] and fitting(of(category=["arson"])) == ["ucr_part1"]
    assert fitting(of(crime_code=[7])) == [] == fitting(of(kind=["arson"]))


def test_a_scale_made_by_hand_is_looked_at():
    made = lg.harm_scale("ucr_part1")
    for weight in (-1.0, np.nan):
        with pytest.raises(ValueError, match="weight of the scale 'ucr_part1'"):
            replace(made, weight=np.full(len(made), weight))
    with pytest.raises(ValueError, match="has 11 keys, 11 weights and 0 citations"):
        replace(made, citation=())
