"""Zones of near repeats: when they begin, fade and end, what they know, and how they are played."""

import geopandas as gpd
import numpy as np
import pytest
from makers import SOUTH, WEST, incidents, points_frame, uniform
from test_near_repeats import planted

import lacrime_geo as lg
from lacrime_geo.cli import main
from lacrime_geo.geometry import ring_areas, rings
from lacrime_geo.styles import qml

FIRST = np.datetime64("2023-01-01")


def five(**columns):
    """Return five incidents, two of them on one place."""
    return incidents([0, 500, 500, 900, 3000], [0] * 5, when=FIRST + np.array([0, 10, 14, 17, 20]), **columns)


def test_a_zone_lasts_its_days_from_its_latest_incident_on():
    zones = lg.risk_zones(five(), distance=100, days=7)
    # 2023-01-21 is the last date: of 14, 17 and 20 days after the first.
    assert zones.parameters["as_of"] == "2023-01-21"
    assert zones["days_left"].tolist() == [1, 4, 7] and zones["age"].tolist() == [6, 3, 0]
    assert zones["first"].astype("M8[D]").tolist() == (FIRST + np.array([14, 17, 20])).tolist()
    assert zones["last"].astype(str).tolist() == [f"{day}T23:59:59" for day in FIRST + np.array([20, 23, 26])]
    area = ring_areas(rings(list(zones.wkb)))
    np.testing.assert_allclose(area, np.pi * 100**2, rtol=0.005)


def test_the_place_has_the_risk_of_its_latest_incident():
    zones = lg.risk_zones(five(), distance=100, days=30, decay="linear")
    assert zones["count"].tolist() == [1, 2, 1, 1] and zones["age"].tolist() == [20, 6, 3, 0]
    np.testing.assert_allclose(zones["risk"], 1 - zones["age"] / 30)


def test_risk_is_the_ratio_of_its_age():
    points, _ = planted()
    zones = lg.risk_zones(points, distance=100, days=21)
    table = lg.near_repeat(points, distance_bands=[0, 100], time_bands=[0, 7, 14, 21], permutations=9)
    ratio = table["observed"] / table["expected_analytic"]
    np.testing.assert_allclose(zones["risk"], ratio[zones["age"] // 7])
    assert set(zones["age"] // 7) == {0, 1, 2} and zones["risk"][-1] > 4
    assert any("no raised risk" in said for said in zones.parameters["warnings"])


def test_only_what_was_known_on_the_date_counts():
    told = five(reported=FIRST + np.array([0, 10, 30, 17, 21]))
    zones = lg.risk_zones(told, distance=100, days=10, as_of="2023-01-19")
    assert zones["age"].tolist() == [8, 1] and zones.parameters["not_known_yet"] == 2
    later = lg.risk_zones(told, distance=100, days=21, as_of="2023-01-31")
    assert later["age"].tolist() == [16, 13, 10] and later["count"].tolist() == [2, 1, 1]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (dict(distance=100), "give both, or neither"),
        (dict(days=7), "give both, or neither"),
        (dict(distance=0, days=7), "distance must be above 0"),
        (dict(distance=100, days=0), "days must be a whole number"),
        (dict(distance=100, days=7, decay="slow"), "decay must be one of"),
        (dict(distance=100, days=7, seed=-1), "seed must be a whole number of at least 0, got -1"),
        (dict(distance=100, days=7, seed="one"), "seed must be a whole number of at least 0, got 'one'"),
        (dict(distance=100, days=7, as_of="2022-01-01"), "was known on 2022-01-01"),
        (dict(distance=100, days=7, as_of="2024-01-01"), "no incident in the 7 days up to 2024-01-01"),
    ],
)
def test_what_is_asked_is_checked(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        lg.risk_zones(five(), **options)


def test_without_near_repeats_there_are_no_zones():
    x, y = uniform(200, 2)
    points = incidents(x, y, when=FIRST + np.random.default_rng(2).integers(0, 300, 200))
    with pytest.raises(ValueError, match="have no significant near repeats"):
        lg.risk_zones(points)
    assert len(lg.risk_zones(points, distance=200, days=30)) > 0


def test_where_the_pattern_has_changed_no_zones_are_drawn_from_the_test():
    x, y = uniform(400, 8, side=3000)
    x[200:] += 4000
    season = incidents(x, y, when=FIRST + np.r_[np.arange(200) % 60, 300 + np.arange(200) % 60])
    with pytest.raises(
        ValueError, match=r"No zones are drawn .* cannot tell that from near repeats. Give distance and"
    ):
        lg.risk_zones(season)
    assert len(lg.risk_zones(season, distance=200, days=30)) > 0


def test_repeats_on_the_same_place_alone_get_a_circle_that_can_be_seen():
    random = np.random.default_rng(3)
    x, y = random.uniform(0, 9000, (2, 200))
    day = random.integers(0, 300, 200)
    twice = incidents(np.r_[x, x[:60]], np.r_[y, y[:60]], when=FIRST + np.r_[day, day[:60] + 3])
    zones = lg.risk_zones(twice)
    assert zones.parameters["distance"] == 50 and "shows the place" in zones.parameters["distance_reason"]
    assert zones.parameters["risk_by_age"]["[0, 7) days"] > 10


def test_the_style_fades_and_plays_in_time():
    style = qml(lg.risk_zones(five(), distance=100, days=7))
    assert 'startField="first" endField="last"' in style and "@map_start_time" in style
    assert "7 days left, today included" in style and "1 day left, today included" in style
    assert qml(lg.near_repeat(five(), permutations=9).originators(distance=500, days=9)).count("<category ") == 4


def test_the_command_writes_table_picture_roles_and_zones(tmp_path, capsys):
    points, _ = planted()
    x, y = points.easting - WEST, points.northing - SOUTH
    source, roles, drawn = (str(tmp_path / name) for name in ("points.gpkg", "roles.gpkg", "knox.svg"))
    points_frame(x, y, occurred=points.when).to_file(source)
    given = ["--distance-bands", "0,100,200,inf", "--time-bands", "0,7,14,inf", "--permutations", "99"]
    assert main(["near_repeat", source, drawn, *given, "--originators", roles]) == 0
    assert capsys.readouterr().out.split() == [drawn, roles]
    marks = gpd.read_file(roles)
    assert len(marks) == points.size and set(marks["role"]) == {"originator", "near repeat", "both", "isolated"}
    assert (tmp_path / "roles.qml").exists() and main(
        ["near_repeat", source, str(tmp_path / "knox.csv"), "--distance=9"]
    ) == 2
    assert "--originators" in capsys.readouterr().err
    assert main(["risk_zones", source, str(tmp_path / "zones.gpkg")]) == 0
    zones = gpd.read_file(tmp_path / "zones.gpkg")
    assert list(zones.columns) == ["days_left", "risk", "age", "count", "first", "last", "geometry"]
