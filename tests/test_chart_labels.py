"""Names on charts stand near their dots and over nothing else."""

import re

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.chart_labels import AWAY, MOST_PIECES, Box, beside_dots, width_of
from lacrime_geo.chart_parts import haloed

PAGE = Box(0, 0, 700, 400)


def crowd(seed, dots=40):
    random = np.random.default_rng(seed)
    return np.stack([random.uniform(0, 700, dots), random.uniform(120, 280, dots)], axis=1)


@pytest.mark.parametrize("seed", range(3))
def test_names_cover_no_name_no_dot_and_no_line(seed):
    dots = crowd(seed)
    line = np.array([[0.0, 200.0], [300, 190], [700, 210]])
    words = Box(600, 180, 700, 195)
    names = [f"A name {'of more words ' * (row % 3)}{row}" for row in range(12)]
    options = dict(size=11, dots=dots, radius=4, lines=[line], taken=[words])
    places = beside_dots(names, dots[:12], PAGE, **options)
    assert beside_dots(names, dots[:12], PAGE, **options) == places
    stand = [(row, place) for row, place in enumerate(places) if place is not None]
    assert len(stand) >= 8
    along = np.stack([np.arange(0, 700, 0.5), np.interp(np.arange(0, 700, 0.5), *line.T)], axis=1)
    for row, place in stand:
        box = place.box
        assert box.right - box.left == pytest.approx(width_of(names[row], 11))
        assert box.within(PAGE) and not box.held(dots, 4) and not box.overlaps(words)
        assert box.held(along) * 0.5 < 4 * (MOST_PIECES + 1)
        assert not any(box.overlaps(other.box) for number, other in stand if number != row)
        apart = np.hypot(*(np.array(box.nearest(*dots[row])) - dots[row]))
        assert apart <= AWAY[-1] * 1.5 and (place.far or apart < 12)


def test_a_line_to_a_dot_meets_no_other_name():
    dots = np.random.default_rng(1).normal((350, 200), (30, 20), (14, 2))
    places = beside_dots([f"Place {row}" for row in range(14)], dots, PAGE, size=11, dots=dots, radius=4)
    far = [(dot, place) for dot, place in zip(dots, places) if place is not None and place.far]
    assert len(far) >= 3
    for dot, place in far:
        steps = dot + np.linspace(0, 1, 200)[:, None] * (np.array(place.box.nearest(*dot)) - dot)
        others = [other.box for other in places if other is not None and other is not place]
        # A later name may stand on the edge of a line that is there.
        assert sum(box.held(steps, -3) for box in others) <= 12


def test_a_lone_name_stands_to_the_right_and_at_the_edge_to_the_left():
    for x, right in ((100.0, True), (690.0, False)):
        dots = np.array([[x, 200.0]])
        (place,) = beside_dots(["Alone"], dots, PAGE, size=11, dots=dots, radius=4)
        assert (place.box.left > x) == right and not place.far


def test_without_room_there_is_no_name():
    dots = np.stack(np.meshgrid(np.arange(0, 200, 9.0), np.arange(0, 200, 9.0)), axis=-1).reshape(-1, 2)
    assert beside_dots(["Nowhere"], dots[240:241], Box(0, 0, 200, 200), size=11, dots=dots, radius=4) == [None]
    assert beside_dots([], np.empty((0, 2)), PAGE, size=11, dots=dots, radius=4) == []


def test_words_have_a_white_rim_beneath_them():
    rim, words = haloed("A < B", 1, 2, "start", 11)
    assert 'stroke="#ffffff"' in rim and 'fill="none"' in rim and "A &lt; B" in rim and 'aria-hidden="true"' in rim
    assert "stroke" not in words and "A &lt; B" in words


def test_no_two_names_of_a_funnel_overlap():
    random = np.random.default_rng(0)
    names = [f"Neighbourhood {row}" for row in range(60)]
    count, people = random.poisson(300 * random.gamma(4, 0.25, 60)), random.integers(4900, 5100, 60)
    drawn = lg.funnel({"name": names, "count": count, "population": people}, overdispersion="none").svg()
    written = re.findall(r'<text(?![^>]*aria)[^>]*x="([\d.]+)" y="([\d.]+)"[^>]*>(Neighbourhood \d+)</text>', drawn)
    assert len(written) >= 5
    boxes = [Box(float(x), float(y) - 10, float(x) + width_of(name, 11), float(y) + 2) for x, y, name in written]
    assert not any(one.overlaps(other) for row, one in enumerate(boxes) for other in boxes[:row])
