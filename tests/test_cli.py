"""The command line: the library's numbers, the catalogue's options, one sentence when the input is bad."""

import os
import re
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from makers import crimes_frame, rectangle, squares

import lacrime_geo as lg
from lacrime_geo.catalog import ANALYSES, BY_NAME, SUMMARIES
from lacrime_geo.cli import main
from lacrime_geo.command_options import commands_parser
from lacrime_geo.parameter_kinds import Choice, Distance, DistanceOrRule
from lacrime_geo.styles import qml

ROOT = Path(__file__).parents[1]


@pytest.fixture
def crimes(tmp_path):
    path = tmp_path / "crimes.gpkg"
    crimes_frame(600).assign(amount=np.arange(600.0)).to_file(path)
    return path


def run(*words, **environment):
    """Run the command as a user would, its outputs piped."""
    command = [sys.executable, "-m", "lacrime_geo", *map(str, words)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, **environment})


def flags(options):
    return [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", str(value))]


OPTIONS = {
    "kde": [{}, dict(bandwidth=300, cell_size=40, kernel="gaussian"), dict(weight="amount")],
    "hotspots": [
        {},
        dict(cell_size=220, distance_band=500, correction="none"),
        dict(weight="amount"),
        dict(shape="hex"),
    ],
    "stability": [dict(runs=4, cell_size=300)],
    "jitter_sensitivity": [
        dict(analysis="hotspots", radius=60, runs=2, cell_size=300),
        dict(analysis="dbscan", radius=60, runs=2, eps=150, min_samples=7),
    ],
    "dbscan": [{}, dict(eps=150, min_samples=7), dict(eps=150, min_samples=700, weight="amount")],
}


@pytest.mark.parametrize(("name", "options"), [(name, case) for name, cases in OPTIONS.items() for case in cases])
def test_numbers_are_the_librarys(name, options, crimes, tmp_path, capsys):
    output = tmp_path / ("out.tif" if name == "kde" else "out.gpkg")
    assert main([name, str(crimes), str(output), *flags(options)]) == 0
    assert capsys.readouterr().out == f"{output}\n"
    assert_same_numbers(BY_NAME[name].call(crimes, None, **options), output)


def test_maps_are_compared(crimes, tmp_path):
    for name, cell_size in (("a", 300), ("b", 400)):
        assert (
            main(["hotspots", str(crimes), str(tmp_path / f"{name}.gpkg"), f"--cell-size={cell_size}", "--quiet"]) == 0
        )
    a, b, out, table = (str(tmp_path / name) for name in ("a.gpkg", "b.gpkg", "change.gpkg", "agreement.csv"))
    assert main(["compare", a, out, "--other", b, "--agreement", table, "--quiet"]) == 0
    expected = lg.compare(a, b)
    assert gpd.read_file(out)["change"].tolist() == expected["change"].tolist()
    np.testing.assert_allclose(pd.read_csv(table)["value"], expected.agreement()["value"])


def test_incidents_are_counted_for_local_moran(crimes, tmp_path, capsys):
    out = tmp_path / "out.gpkg"
    assert main(["local_moran", str(crimes), str(out), "--cell-size=300", "--category=burglary", "--quiet"]) == 0
    chosen = lg.as_incidents(crimes).select(category="burglary")
    assert gpd.read_file(out)["count"].sum() == chosen.size
    assert main(["local_moran", str(crimes), str(out), "--value=amount", "--since=2023-02-01", "--quiet"]) == 2
    assert "since: these select incidents, but a value column was named" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["hotspots", "concentration"])
def test_further_tables_are_written_when_asked_for(name, crimes, tmp_path):
    out = tmp_path / ("out.gpkg" if name == "hotspots" else "out.csv")
    words = ["--cell-size=300"]
    if name == "concentration":
        lg.hotspots(crimes, cell_size=500, distance_band=750).save(tmp_path / "units.gpkg")
        words = ["--units", str(tmp_path / "units.gpkg")]
    second = {"hotspots": "curve", "concentration": "lorenz"}[name]
    assert main([name, str(crimes), str(out), *words, "--quiet"]) == 0
    before = {path.name for path in tmp_path.iterdir()}
    assert main([name, str(crimes), str(out), *words, f"--{second}", str(tmp_path / "second.csv"), "--quiet"]) == 0
    assert {path.name for path in tmp_path.iterdir()} - before == {"second.csv"}
    assert len(pd.read_csv(tmp_path / "second.csv")) > 3


def assert_same_numbers(result, output):
    if isinstance(result, lg.Surface):
        with rasterio.open(output) as raster:
            np.testing.assert_array_equal(raster.read(1), result.values.astype(np.float32))
            return
    layer = gpd.read_file(output, layer=output.stem)
    for name, column in result.columns.items():
        np.testing.assert_array_equal(layer[name].to_numpy(column.dtype), column)


REAL = {
    "kde": ("lapd_citywide_2023-09_2023-10.parquet", {}),
    "hotspots": ("lapd_citywide_2023-09_2023-10.csv.gz", {}),
    "dbscan": ("lapd_citywide_2023-09_2023-10.parquet", {}),
    "gi_star": ("la_tract_crime_counts_2020_2024.parquet", dict(value="crime_count")),
}


@pytest.mark.parametrize("name", list(REAL))
def test_numbers_on_real_files_are_the_librarys(name, lacrime_data, tmp_path):
    file, options = REAL[name]
    output = tmp_path / ("out.tif" if name == "kde" else "out.gpkg")
    assert main([name, str(lacrime_data / file), str(output), "--quiet", *flags(options)]) == 0
    assert_same_numbers(getattr(lg, name)(lacrime_data / file, **options), output)


def test_gi_star_takes_switches(tmp_path):
    layer, output = tmp_path / "areas.gpkg", tmp_path / "out.parquet"
    squares(6, 6).assign(value=np.arange(36) ** 2 % 11).to_file(layer)
    words = ["--value", "value", "--neighbours", "rook", "--no-include-self", "--quiet"]
    assert main(["gi_star", str(layer), str(output), *words]) == 0
    z = lg.gi_star(layer, value="value", neighbours="rook", include_self=False)["z"]
    np.testing.assert_array_equal(gpd.read_parquet(output)["z"], z)


@pytest.fixture
def density(crimes, tmp_path):
    lg.kde(crimes, bandwidth=300).save(tmp_path / "density.tif")
    return tmp_path / "density.tif"


CONTOURS = [{}, dict(levels=[25, 50.5, 90]), dict(kind="value"), dict(levels=[10], kind="value")]


@pytest.mark.parametrize("options", CONTOURS)
def test_contours_of_a_raster(options, density, tmp_path, capsys):
    output = tmp_path / "contours.gpkg"
    words = {name: ", ".join(map(str, value)) if name == "levels" else value for name, value in options.items()}
    assert main(["contours", str(density), str(output), *flags(words)]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{output}\n" and "km²" in captured.err
    result = lg.contours(density, **options)
    assert_same_numbers(result, output)
    assert gpd.read_file(output).geometry.to_wkb().tolist() == result.wkb.tolist()


BAD_CONTOURS = {
    "no numbers": (
        ["--levels", "a few"],
        "levels must be numbers separated by commas, such as 25, 50, 75, got 'a few'",
    ),
    "too much": (["--levels", "50,150"], "levels must be per cent above 0 and at most 100, got 150"),
}


@pytest.mark.parametrize("case", list(BAD_CONTOURS))
def test_levels_that_cannot_be_used_get_one_sentence(case, density, tmp_path, capsys):
    words, sentence = BAD_CONTOURS[case]
    assert main(["contours", str(density), str(tmp_path / "contours.gpkg"), *words, "--quiet"]) == 2
    assert capsys.readouterr().err == f"lacrime-geo: {sentence}.\n"
    assert not (tmp_path / "contours.gpkg").exists()


def test_a_layer_is_no_surface(crimes, tmp_path, capsys):
    assert main(["contours", str(crimes), str(tmp_path / "contours.gpkg"), "--quiet"]) == 2
    assert re.fullmatch(r"lacrime-geo: '.*crimes.gpkg' cannot be read as a raster .*\n", capsys.readouterr().err)


def test_what_was_chosen_is_counted(crimes, tmp_path, capsys):
    chosen = ["--category", "burglary", "--since", "2023-03-01", "--bandwidth", "500"]
    assert main(["kde", str(crimes), str(tmp_path / "a.tif"), *chosen]) == 0
    n = lg.as_incidents(crimes).select(category="burglary", since="2023-03-01").size
    assert f"\n{n} of 600 incidents in the category burglary from 2023-03-01 on\n" in capsys.readouterr().err
    assert main(["kde", str(crimes), str(tmp_path / "a.tif"), "--bandwidth", "500"]) == 0
    assert "of 600 incidents" not in capsys.readouterr().err


def test_selection(crimes, tmp_path):
    words = ["--since", "2023-03-01", "--until", "2023-10-01", "--category", "robbery, burglary", "--quiet"]
    assert main(["dbscan", str(crimes), str(tmp_path / "out.gpkg"), *words]) == 0
    frame = crimes_frame(600)
    kept = frame[frame.occurred.between("2023-03-01", "2023-09-30T23:59:59") & (frame.category != "other")]
    assert gpd.read_file(tmp_path / "out.gpkg", layer="out").dr_no.tolist() == kept.dr_no.tolist()


def test_boundary_and_layer_names(crimes, tmp_path):
    area = gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_wkb(rectangle(0, 0, 4000, 4000).wkb, crs="EPSG:32611"))
    area.to_file(tmp_path / "areas.gpkg", layer="city")
    squares(2, 2).to_file(tmp_path / "areas.gpkg", layer="other", mode="a")
    layer = f"{tmp_path}/areas.gpkg|layername=city"
    assert main(["hotspots", str(crimes), str(tmp_path / "o.parquet"), "--boundary", layer, "--quiet"]) == 0
    assert len(gpd.read_parquet(tmp_path / "o.parquet")) == len(lg.hotspots(crimes, boundary=area))


@pytest.mark.parametrize("own", [True, False])
def test_hulls_are_a_second_file_or_a_second_layer(own, crimes, tmp_path):
    words = ["--clusters", str(tmp_path / "hulls.geojson")] if own else []
    assert main(["dbscan", str(crimes), str(tmp_path / "o.gpkg"), "--eps", "200", "--quiet", *words]) == 0
    source = (tmp_path / "hulls.geojson", None) if own else (tmp_path / "o.gpkg", "clusters")
    hulls = gpd.read_file(source[0], layer=source[1])
    np.testing.assert_array_equal(hulls["count"], lg.dbscan(crimes, eps=200).clusters()["count"])
    assert (tmp_path / "hulls.qml").exists() == own and (tmp_path / "o.qml").exists()


def test_options_of_the_hulls_reach_them(crimes, tmp_path):
    area = gpd.GeoDataFrame(geometry=gpd.GeoSeries.from_wkb(rectangle(-500, -500, 5500, 5500).wkb, crs="EPSG:32611"))
    area.to_file(tmp_path / "city.gpkg")
    words = ["--hull", "concave", "--boundary", str(tmp_path / "city.gpkg"), "--population", str(crimes)]
    words += ["--permutations", "9", "--eps", "200", "--quiet"]
    assert main(["dbscan", str(crimes), str(tmp_path / "o.gpkg"), *words]) == 0
    hulls = gpd.read_file(tmp_path / "o.gpkg", layer="clusters")
    given = dict(hull="concave", boundary=area, population=crimes, permutations=9)
    expected = lg.dbscan(crimes, eps=200).clusters(**given)
    np.testing.assert_allclose(hulls["p"], expected["p"])
    np.testing.assert_allclose(hulls["area_km2"], expected["area_km2"])
    np.testing.assert_array_equal(hulls["last"].to_numpy().astype("M8[s]"), expected["last"])


def test_options_of_hulls_that_are_not_written_are_refused(crimes, tmp_path, capsys):
    words = ["--hull", "concave", "--permutations", "9", "--quiet"]
    assert main(["dbscan", str(crimes), str(tmp_path / "o.parquet"), *words]) == 2
    said = capsys.readouterr().err
    assert "hull, permutations: of the second layer (clusters), which .parquet cannot hold" in said
    assert "--clusters" in said and not (tmp_path / "o.parquet").exists()
    given = [*words, "--clusters", str(tmp_path / "h.geojson")]
    assert main(["dbscan", str(crimes), str(tmp_path / "o.parquet"), *given]) == 0
    assert len(gpd.read_file(tmp_path / "h.geojson")) == lg.dbscan(crimes).parameters["clusters"]


def test_clusters_in_time_and_ellipses(crimes, tmp_path):
    words = ["--eps", "400", "--eps-time", "30", "--min-samples", "4", "--quiet"]
    assert main(["st_dbscan", str(crimes), str(tmp_path / "o.gpkg"), *words]) == 0
    marks = lg.st_dbscan(crimes, eps=400, eps_time=30, min_samples=4)
    np.testing.assert_array_equal(gpd.read_file(tmp_path / "o.gpkg", layer="o")["cluster"], marks["cluster"])
    assert main(["ellipses", str(tmp_path / "o.gpkg"), str(tmp_path / "e.gpkg"), "--by", "cluster", "--quiet"]) == 0
    ellipses = gpd.read_file(tmp_path / "e.gpkg")
    np.testing.assert_array_equal(ellipses["group"], marks.clusters()["cluster"])
    assert main(["ellipses", str(crimes), str(tmp_path / "k.gpkg"), "--by", "category", "--quiet"]) == 0
    assert set(gpd.read_file(tmp_path / "k.gpkg")["group"]) == {"burglary", "robbery", "other"}


def test_what_is_required_is_said(crimes, tmp_path, capsys):
    with pytest.raises(SystemExit) as left:
        main(["st_dbscan", str(crimes), str(tmp_path / "o.gpkg"), "--eps", "200"])
    assert left.value.code == 2 and "--eps-time" in capsys.readouterr().err


@pytest.mark.parametrize("analysis", (*ANALYSES, *SUMMARIES), ids=lambda a: a.name)
def test_help_of_every_option(analysis, capsys):
    with pytest.raises(SystemExit) as left:
        main([analysis.name, "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert left.value.code == 0 and analysis.summary in text
    own = (*analysis.params, *analysis.second_params)
    for parameter in (*own, *analysis.look, *analysis.selection):
        assert f"--{parameter.name.replace('_', '-')}" in text
    for parameter in own:
        assert analysis.help(parameter.name)[:40].strip() in text
        if isinstance(parameter, Choice) and "efault" in analysis.help(parameter.name):
            assert f"{analysis.help(parameter.name)[-12:]} Default: " not in text
    assert "efault" in text and ("METRES" in text) == any(isinstance(p, (Distance, DistanceOrRule)) for p in own)
    assert ("--since" in text) == (analysis.selects or any(one.name == "since" for one in analysis.params))


def test_options_have_hyphens():
    (commands,) = (action for action in commands_parser()._actions if action.dest == "command")
    flags = [flag for command in commands.choices.values() for flag in command._option_string_actions]
    assert "--event-study" in flags and [flag for flag in flags if "_" in flag] == []


def test_density_options(crimes, tmp_path):
    words = ["--bandwidth", "likelihood", "--adaptive", "--probability", "--breaks", "equal", "--dark", "--quiet"]
    assert main(["kde", str(crimes), str(tmp_path / "o.tif"), *words]) == 0
    surface = lg.kde(crimes, bandwidth="likelihood", adaptive=True, probability=True)
    with rasterio.open(tmp_path / "o.tif") as raster:
        np.testing.assert_allclose(raster.read(1), surface.values, rtol=1e-5)
        assert raster.units == ("probability per km²",)
    assert (tmp_path / "o.qml").read_text("utf-8") == qml(surface.styled(breaks="equal", dark=True))


def test_the_curve_is_shown(crimes, tmp_path, capsys):
    assert main(["kde", str(crimes), str(tmp_path / "o.tif"), "--bandwidth", "predictive"]) == 0
    said = capsys.readouterr().err
    assert "bandwidth and share caught:" in said and "█" in said and said.count("←") == 1
    assert main(["kde", str(crimes), str(tmp_path / "o.tif"), "--bandwidth", "best"]) == 2
    assert "got 'best'" in capsys.readouterr().err


@pytest.mark.parametrize("own", [True, False])
def test_risk_ratio_with_tolerance_contours(own, crimes, tmp_path, capsys):
    words = ["--population", str(crimes), "--category", "robbery", "--bandwidth", "500", "--permutations", "9"]
    words += ["--tolerance", str(tmp_path / "lines.gpkg")] if own else []
    assert main(["risk_ratio", str(crimes), str(tmp_path / "o.tif"), *words]) == 0
    robberies = lg.as_incidents(crimes).select(category="robbery")
    result = lg.risk_ratio(robberies, crimes, bandwidth=500, permutations=9)
    with rasterio.open(tmp_path / "o.tif") as raster:
        np.testing.assert_allclose(raster.read(1), result.values, atol=1e-5)
        assert raster.descriptions == ("log_risk_ratio",)
    assert (tmp_path / "lines.gpkg").exists() == own
    assert ("name a file with --tolerance" in capsys.readouterr().err) != own


def test_help_and_version(capsys):
    for words, expected in ((["--help"], list(BY_NAME)), (["--version"], [lg.__version__])):
        with pytest.raises(SystemExit) as left:
            main(words)
        out = capsys.readouterr().out
        assert left.value.code == 0 and all(word in out for word in expected)


MISTYPED = {
    "no command": ([], "COMMAND"),
    "unknown command": (["heat", "a", "b"], "'heat'"),
    "unknown option": (["kde", "a", "b", "--radius", "5"], "--radius"),
    "no number": (["kde", "a", "b", "--cell-size", "wide"], "'wide'"),
    "unknown choice": (["kde", "a", "b.tif", "--kernel", "square"], "'square'"),
    "missing output": (["kde", "a"], "OUTPUT"),
    "missing value": (["gi_star", "a", "b.gpkg"], "--value"),
    "half a neighbour": (["gi_star", "a", "b.gpkg", "--value", "v", "--k", "2.5"], "'2.5'"),
}


@pytest.mark.parametrize("case", list(MISTYPED))
def test_mistyped_commands_get_one_sentence(case, capsys):
    words, expected = MISTYPED[case]
    with pytest.raises(SystemExit) as left:
        main(words)
    captured = capsys.readouterr()
    assert left.value.code == 2 and captured.out == ""
    assert re.fullmatch(r"lacrime-geo: .*--help\n", captured.err) and expected in captured.err


def test_output_may_not_be_the_input(crimes, capsys):
    before = crimes.read_bytes()
    for words in (["dbscan", str(crimes), str(crimes)], ["dbscan", str(crimes), "x.gpkg", "--clusters", str(crimes)]):
        assert main([*words, "--quiet"]) == 2
        assert "would be written over; name another output" in capsys.readouterr().err
    assert crimes.read_bytes() == before


def test_in_a_pipe_only_the_path_on_standard_output(crimes, tmp_path):
    done = run("hotspots", crimes, tmp_path / "o.gpkg", "--cell-size", "250")
    assert (done.returncode, done.stdout) == (0, f"{tmp_path / 'o.gpkg'}\n")
    assert "distance_band = 375.0 m" in done.stderr and "\x1b" not in done.stderr and "%|" not in done.stderr
    quiet = run("hotspots", crimes, tmp_path / "o.gpkg", "--quiet")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, f"{tmp_path / 'o.gpkg'}\n", "")


def test_module_runs_and_leaves_with_two(tmp_path):
    done = run("kde", tmp_path / "missing.csv", tmp_path / "o.tif")
    assert (done.returncode, done.stdout) == (2, "")
    assert re.fullmatch(r"lacrime-geo: There is no file '.*missing\.csv'; check the path\.\n", done.stderr)
    assert list(tmp_path.iterdir()) == []


def test_a_bar_on_a_terminal(crimes, tmp_path):
    pty = pytest.importorskip("pty")
    try:
        leader, follower = pty.openpty()
    except OSError as problem:
        pytest.skip(f"this machine lends no terminal: {problem}")
    command = [sys.executable, "-m", "lacrime_geo", "kde", str(crimes), str(tmp_path / "o.tif")]
    environment = {**os.environ, "TERM": "xterm-256color"}
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=follower, env=environment) as process:
        os.close(follower)
        shown = b""
        while part := read_some(leader):
            shown += part
        assert process.wait() == 0
    os.close(leader)
    assert BY_NAME["kde"].title.encode() in shown and b"\x1b[" in shown


def read_some(descriptor):
    try:
        return os.read(descriptor, 4096)
    except OSError:  # Linux says so when the other end has gone
        return b""


def test_interrupting_leaves_nothing(crimes, tmp_path, capsys, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("lacrime_geo.cli.write", interrupted)
    assert main(["dbscan", str(crimes), str(tmp_path / "o.gpkg"), "--quiet"]) == 130
    assert capsys.readouterr().err == "lacrime-geo: stopped; nothing was written\n"
    assert [path.name for path in tmp_path.iterdir()] == ["crimes.gpkg"]
