"""An overview's results are those of its analyses, its sentences say what they hold; few incidents give what they can."""

import re

import geopandas as gpd
import numpy as np
import pytest
from makers import clustered, crimes_frame, incidents, rectangle, uniform
from scipy.ndimage import label

import lacrime_geo as lg
from lacrime_geo import dates
from lacrime_geo.claims import sentences_of
from lacrime_geo.cli import main
from lacrime_geo.hot_areas import hot_areas
from lacrime_geo.overview_words import incidents_found
from lacrime_geo.parameters import in_words
from lacrime_geo.summaries import share_in_words


@pytest.fixture(scope="module")
def crimes():
    return lg.as_incidents(crimes_frame(1500))


@pytest.fixture(scope="module")
def found(crimes):
    return lg.overview(crimes, boundary=rectangle(-500, -500, 5500, 5500))


def numbers(sentence):
    """Return the numbers of a sentence, per cent and all."""
    return [float(text.replace(",", "")) for text in re.findall(r"\d[\d,]*(?:\.\d+)?", sentence)]


def saying(result, words):
    (sentence,) = (said for said in result.findings if words in said)
    return sentence


def test_results_are_those_of_the_single_analyses(crimes, found):
    area = rectangle(-500, -500, 5500, 5500)
    np.testing.assert_array_equal(found.density.values, lg.kde(crimes, boundary=area).values)
    hot, marks = lg.hotspots(crimes, boundary=area), lg.dbscan(crimes)
    for result, expected in (
        (found.hotspots, hot),
        (found.clustered, marks),
        (found.clusters, marks.clusters()),
        (found.concentration, lg.concentration(crimes, units=hot.to_features())),
    ):
        for name in expected.columns:
            np.testing.assert_array_equal(result[name], expected[name])
        assert result.label == expected.label
    assert found.missing == {}


def test_the_first_sentence_counts_incidents_and_names_their_days(crimes, found):
    first, last = (day.astype("M8[D]").astype(object) for day in (crimes.when.min(), crimes.when.max()))
    assert found.findings[0] == (
        f"1,500 incidents from {first.day} {dates.MONTHS[first.month - 1]} to {last.day} {dates.MONTHS[last.month - 1]} 2023."
    )
    some = lg.overview(crimes.select(since="2023-02-01", until="2023-03-01", category="burglary"))
    n = int(((crimes.category == "burglary") & (crimes.when.astype("M8[M]") == np.datetime64("2023-02"))).sum())
    assert some.findings[0] == f"{n:,} incidents of burglary from 1 to 28 Feb 2023."
    assert some.title == f"Overview · burglary · {dates.period_words(*ends(crimes, 'burglary'))} · n = {n:,}"


def test_what_is_said_of_the_largest_cluster_rests_on_its_incidents(found):
    of_it = [one for one in found.claims if "largest cluster" in one.name]
    assert len(of_it) >= 2 and {one.n for one in of_it} == {int(found.clusters["count"].max())}


def ends(crimes, category):
    of_it = crimes.select(since="2023-02-01", until="2023-03-01", category=category).when
    return of_it.min(), of_it.max()


def test_the_sentence_on_hot_areas_has_the_cells_numbers(found):
    cells, said = found.hotspots, saying(found, "hot at 95 % confidence or more, with")
    hot = cells["bin"] >= 2
    _, areas = label(np.nan_to_num(cells.raster("bin")) >= 2, structure=np.ones((3, 3)))
    share, of_area = cells["count"][hot].sum() / cells["count"].sum(), hot.mean()
    assert said == (
        f"{areas} areas are hot at 95 % confidence or more, with {share_in_words(share)} of the incidents on "
        f"{share_in_words(of_area)} of the area ({hot.sum():,} of {len(cells):,} cells of {cells.grid.cell_size:g} m)."
    )
    largest = numbers(saying(found, "The fullest one"))
    assert max(cells["count"]) <= largest[0] <= cells["count"][hot].sum() and largest[1] > 0


def test_areas_are_cells_that_touch_and_the_fullest_is_named():
    columns, rows = 8, 8
    counts = np.ones((rows, columns), dtype=int)
    bins = np.zeros((rows, columns), dtype=int)
    # Two that touch at a corner, and one apart with more; one cold.
    for row, column, count, grade in ((1, 1, 5, 3), (2, 2, 6, 2), (6, 6, 30, 3), (4, 0, 0, -3), (0, 6, 9, 1)):
        counts[row, column], bins[row, column] = count, grade
    grid = lg.Grid(380_000.0, 3_768_000.0, 200.0, rows, columns, "EPSG:32611")
    columns = {"bin": bins.ravel(), "count": counts.ravel()}
    cells = lg.Hotspots(columns, lg.parameters.Parameters(), grid, np.arange(64))
    hot = hot_areas(cells)
    assert (hot.number, hot.cells, hot.largest_count) == (2, 3, 30)
    assert hot.largest_km2 == pytest.approx(0.04) and hot.share_of_area == pytest.approx(3 / 64)
    assert hot.share_of_incidents == pytest.approx(41 / counts.sum())
    assert hot_areas(cells, -1).number == 1


def test_the_densest_place_is_the_highest_cell(found):
    said = saying(found, "The densest place")
    east, north, _, value, bandwidth = [number for number in numbers(said) if number != 2]
    row, column = np.unravel_index(np.nanargmax(found.density.values), found.density.grid.shape)
    x, y = found.density.grid.coordinates(np.array([row]), np.array([column]))
    assert abs(east - x[0]) <= 1 and abs(north - y[0]) <= 1 and "(EPSG:32611)" in said
    assert value == pytest.approx(np.nanmax(found.density.values), rel=0.01)
    assert bandwidth == pytest.approx(found.density.parameters["bandwidth"], rel=0.01)


def test_the_sentences_on_clusters_have_the_hulls_numbers(found):
    hulls = found.clusters
    number, share, least, eps = numbers(saying(found, "clusters hold"))
    assert (number, least, eps) == (len(hulls), hulls.parameters["min_samples"], hulls.parameters["eps"])
    assert share == pytest.approx(100 * hulls["share"].sum(), abs=0.5)
    count, area, dominant = numbers(saying(found, "The largest has"))
    assert count == hulls["count"][0] and area == pytest.approx(hulls["area_km2"][0], rel=0.01)
    assert hulls["category"][0].replace("_", " ") in saying(found, "The largest has")
    assert dominant == pytest.approx(100 * hulls["category_share"][0], abs=0.5)


def test_the_sentence_on_concentration_has_the_tables_numbers(found):
    value = dict(zip(found.concentration["measure"], found.concentration["value"]))
    said = saying(found, "Half of the incidents")
    assert (
        f"in {share_in_words(value['units_for_50'])} of the cells, a quarter in {share_in_words(value['units_for_25'])}"
        in said
    )
    assert f"Gini {value['gini_generalised']:.2f}" in said


def test_without_a_boundary_that_is_said(crimes, found):
    bare = lg.overview(crimes)
    assert any("No boundary was given" in said for said in bare.caveats)
    assert not any("No boundary" in said for said in found.caveats)
    for result in (bare, found):
        assert any("not all crime" in said for said in result.caveats)


def test_incidents_outside_the_boundary_are_counted(crimes):
    half = lg.overview(crimes, boundary=rectangle(0, 0, 2500, 5000))
    outside = half.hotspots.parameters["outside"]
    assert outside > 100 and any(said.startswith(f"{outside:,} incidents are outside") for said in half.caveats)


def test_evenly_spread_incidents_have_no_hot_cell_and_that_is_said():
    even = lg.overview(incidents(*uniform(3000, 2, side=8000.0)))
    said = saying(even, "hot at 95 % confidence or more")
    assert said.startswith("None of ") and "chance alone" in said
    assert numbers(said)[0] == len(even.hotspots)


@pytest.mark.parametrize(
    ("missing", "undated", "words"),
    [
        (0, 0, []),
        (1, 0, ["1 incident of these has no place, and no map counts it."]),
        (
            2,
            1,
            [
                "2 incidents of these have no place, and no map counts them.",
                "1 incident of these has no date, and maps count it all the same",
            ],
        ),
        (0, 3, ["3 incidents of these have no date"]),
    ],
)
def test_placeless_and_undated_incidents_are_counted(missing, undated, words):
    x, y = clustered(200, 3)
    x[:missing] = np.nan
    when = np.datetime64("2023-05-01T12:00:00") + np.arange(200) % 20 * np.timedelta64(86_400, "s")
    when[: 2 * undated : 2] = np.datetime64("NaT")
    said = sentences_of(incidents_found(incidents(x, y, when=when)))
    assert said[0] == "200 incidents from 1 to 20 May 2023."
    assert len(said) == 1 + len(words) and all(word in sentence for word, sentence in zip(words, said[1:]))


def test_undated_incidents_left_out_by_a_period_are_counted():
    x, y = clustered(200, 3)
    when = np.full(200, np.datetime64("2023-05-01T12:00:00"))
    when[:7] = np.datetime64("NaT")
    said = sentences_of(incidents_found(incidents(x, y, when=when).select(since="2023-05-01", until="2023-05-02")))
    assert said == (
        "193 incidents on 1 May 2023.",
        "7 incidents more have no date, so whether they are of the period is unknown.",
    )


def test_few_incidents_give_what_can_be_and_say_what_cannot():
    few = lg.overview(incidents(*clustered(40, 5)))
    assert few.density is not None and few.clusters is not None
    assert few.hotspots is None and few.concentration is None
    assert "at least 60 incidents" in few.missing["hotspots"] and set(few.missing) == {"hotspots", "concentration"}
    assert few.missing["hotspots"] in few.html().replace("&#x27;", "'")
    assert saying(few, "incidents without a time column").startswith("40 ")


@pytest.mark.parametrize("texts", [False, True], ids=["dates", "texts"])
def test_a_column_of_dates_that_is_not_used_is_named(texts, caplog):
    frame = crimes_frame(200).rename(columns={"occurred": "date"})
    frame = frame.assign(date=frame["date"].astype(str)) if texts else frame
    with caplog.at_level("INFO", "lacrime_geo"):
        found = lg.overview(frame)
    said = "There is no column 'occurred', so no times are used; 'date' holds dates: name the one meant"
    assert any(caveat.startswith(said) and "--time-column date" in caveat for caveat in found.caveats)
    assert said in caplog.text and found.findings[0] == "200 incidents without a time column."
    named = lg.overview(lg.as_incidents(frame, time_column="date"))
    assert not any("no column" in caveat for caveat in named.caveats) and "2023" in named.findings[0]


def test_columns_without_dates_are_not_taken_for_some():
    frame = crimes_frame(50).drop(columns="occurred").assign(seen=None, number=7)
    assert lg.as_incidents(frame).dates_unused == ()


def test_a_cluster_of_most_incidents_is_warned_of(found):
    x, y = np.random.default_rng(1).uniform(0, 900, (2, 900))
    one = lg.overview(incidents(np.r_[x, 5000.0, 9000.0], np.r_[y, 5000.0, 9000.0]))
    share, eps = max(one.clusters["share"]), in_words(one.clusters.parameters["eps"])
    assert share > 0.9
    (said,) = (caveat for caveat in one.caveats if "says little" in caveat)
    assert (
        said.startswith(f"One cluster holds {share_in_words(share)} of the incidents") and f"eps than {eps} m" in said
    )
    assert max(found.clusters["share"]) < 0.5 and not any("says little" in caveat for caveat in found.caveats)


def test_one_place_gives_a_page_all_the_same(tmp_path):
    one = lg.overview(incidents([100.0], [200.0], when=["2023-05-05T10:00"]))
    assert one.findings == ("1 incident on 5 May 2023.",) and len(one.missing) == 4 and not one.results
    assert one.save(tmp_path / "made" / "here") == str(tmp_path / "made" / "here")
    assert {path.name for path in (tmp_path / "made" / "here").iterdir()} == {"summary.html", "claims.json"}


def test_nothing_to_look_at_is_an_error(crimes):
    with pytest.raises(ValueError, match="None of the 2 rows"):
        lg.overview(incidents([np.nan, np.nan], [1.0, 2.0]))
    with pytest.raises(ValueError, match="boundary must be a polygon layer"):
        lg.overview(crimes, boundary=crimes_frame(50))


def test_text_of_the_data_is_escaped():
    frame = crimes_frame(300).assign(category="<script>alert('&')</script>")
    frame.attrs["label"] = '"><b>layer</b>'
    incidents = lg.as_incidents(frame).select(category="<script>alert('&')</script>")
    page = lg.overview(incidents).html()
    assert "<script>" not in page and "<b>layer" not in page and "&lt;script&gt;alert(" in page


def test_the_page_has_findings_caveats_and_choices_with_reasons(found):
    page = found.html()
    for said in (*found.findings, *found.caveats):
        assert said.replace("'", "&#x27;") in page
    assert "<td>bandwidth</td>" in page and "reference rule" in page
    eps = f"<td>eps</td><td>{in_words(found.clusters.parameters['eps'])}\N{NO-BREAK SPACE}m</td>"
    assert page.count(eps) == 1 and f"<td>Clustered incidents, Clusters</td>{eps}" in page
    assert "http" not in page


def test_the_page_and_all_layers_are_saved_together(found, tmp_path):
    found.save(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert {f"{name}.gpkg" for name in ("hotspots", "clustered", "clusters")} < names
    assert {"density.tif", "density.qml", "concentration.csv", "summary.html", "claims.json", "hotspots.qml"} < names
    assert (tmp_path / "claims.json").read_text(encoding="utf-8") == found.claims_json()
    assert (tmp_path / "summary.html").read_text(encoding="utf-8") == found.html()
    np.testing.assert_array_equal(gpd.read_file(tmp_path / "hotspots.gpkg")["bin"], found.hotspots["bin"])


def test_a_layer_that_cannot_be_written_leaves_none(found, tmp_path):
    (tmp_path / "summary.html").mkdir()
    with pytest.raises(OSError, match="this is a folder"):
        found.save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["summary.html"]


def test_progress_rises_and_stops_it(crimes):
    seen = []
    lg.overview(crimes, progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == pytest.approx(1.0)
    with pytest.raises(lg.Cancelled):
        lg.overview(crimes, progress=lambda fraction: fraction < 0.5)


def test_the_command_writes_what_the_script_does(tmp_path, capsys):
    source = tmp_path / "crimes.gpkg"
    crimes_frame(900).to_file(source)
    words = ["overview", str(source), str(tmp_path / "out"), "--category", "robbery", "--since", "2023-03-01"]
    assert main(words) == 0
    written = capsys.readouterr()
    script = lg.overview(lg.as_incidents(source).select(since="2023-03-01", category="robbery"))
    assert (tmp_path / "out" / "summary.html").read_text(encoding="utf-8") == script.html()
    assert (tmp_path / "out" / "claims.json").read_text(encoding="utf-8") == script.claims_json()
    assert written.out.splitlines()[-2:] == [str(tmp_path / "out" / name) for name in ("summary.html", "claims.json")]
    assert script.findings[0] in written.err
    assert main(["overview", str(source), str(source), "--quiet"]) == 2
    assert "Cannot write" in capsys.readouterr().err


def test_an_input_in_the_folder_is_not_written_over(tmp_path, capsys):
    source = tmp_path / "hotspots.gpkg"
    crimes_frame(300).to_file(source)
    before = source.read_bytes()
    assert main(["overview", str(source), str(tmp_path), "--quiet"]) == 2
    assert "is read and would be written over" in capsys.readouterr().err and source.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["hotspots.gpkg"]


def test_around_clusters_of_weighted_incidents_weights_are_added_up():
    x, y = clustered(300, 4)
    weighted = lg.overview(incidents(x, y, weight=np.full(x.size, 3.0)))
    plain = lg.overview(incidents(x, y))
    said = [next(one for one in each.findings if "cluster" in one) for each in (weighted, plain)]
    assert "with a weight of " in said[0] and " incidents or more within " in said[1]
