"""Colours told apart by everyone: each palette as protanopes, deuteranopes and tritanopes see it, and printed in grey."""

import itertools

import numpy as np
import pytest

from lacrime_geo.styles import comparisons, correlates, emerging, forecasts, palettes, risk

# Machado, Oliveira & Fernandes 2009, table 1, severity 1.0: on linear RGB.
DEFICIENCIES = {
    "normal vision": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
# sRGB to CIE XYZ, D65 (IEC 61966-2-1).
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = XYZ.sum(axis=1)
PAPER = "#f4f2ee"  # what light basemaps have for land
# CIE 1976: 2.3 is just noticeable side by side; parts of a map apart from each other need several times that.
APART = 7.0


def linear(colour):
    value = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def encoded(light):
    light = np.clip(light, 0, 1)
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)


def mixed(colour, opacity, beneath):
    """Return a colour as it shows with an opacity over another; QGIS mixes the encoded values."""
    over, under = encoded(linear(colour)), encoded(linear(beneath))
    return "#" + "".join(f"{round(255 * part):02x}" for part in opacity * over + (1 - opacity) * under)


def on_paper(colour, opacity):
    return mixed(colour, opacity, PAPER)


def lab(colour, deficiency="normal vision"):
    """Return CIE L*a*b* of a colour as somebody sees it."""
    seen = linear(
        "#" + "".join(f"{round(255 * part):02x}" for part in encoded(DEFICIENCIES[deficiency] @ linear(colour)))
    )
    ratio = XYZ @ seen / WHITE
    x, y, z = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def luminance(colour):
    return float(XYZ[1] @ linear(colour))


def contrast(one, other):
    """Return the contrast of two colours (WCAG 2.1)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


SEQUENTIAL = {
    "density": [on_paper(*pair) for pair in zip(palettes.DENSITY, palettes.DENSITY_OPACITY)],
    "often hot": [on_paper(colour, 0.8) for _, colour in reversed(palettes.STABLE["Hot"])],
    "often cold": [on_paper(colour, 0.8) for _, colour in reversed(palettes.STABLE["Cold"])],
    "risk of places": [on_paper(colour, risk.OPACITY) for _, colour in reversed(palettes.RISK)],
    "rates": [on_paper(colour, comparisons.OPACITY) for colour in palettes.RATES],
    "harm of incidents": [on_paper(colour, 0.75) for colour in palettes.HARM],
    "joined columns": [on_paper(colour, correlates.OPACITY) for colour in palettes.JOINED],
    "hot spots": [on_paper(entry.colour, 0.7) for entry in palettes.BINS[2::-1]],
    "cold spots": [on_paper(entry.colour, 0.7) for entry in palettes.BINS[4:]],
    "raised ratios": [on_paper(colour, opacity) for _, _, colour, opacity in palettes.RATIOS[3:]],
    "lowered ratios": [on_paper(colour, opacity) for _, _, colour, opacity in palettes.RATIOS[3::-1]],
}
TOGETHER = {
    "hot and cold spots": [on_paper(entry.colour, 0.7) for entry in palettes.BINS if entry.colour],
    "local Moran": [on_paper(colour, 0.8) for _, colour in palettes.LOCAL_MORAN.values() if colour],
    "two maps compared": [on_paper(colour, 0.8) for _, colour in palettes.COMPARISON.values() if colour],
    "clusters": [*palettes.CLUSTER_HUES, palettes.OTHER_CLUSTERS],
    "ratios": [on_paper(colour, opacity) for _, _, colour, opacity in palettes.RATIOS],
    "change": [
        *(on_paper(entry.colour, 0.8) for entry in palettes.CHANGE if entry.colour),
        on_paper(palettes.NO_CHANGE[0], 0.8 * palettes.NO_CHANGE[1]),
    ],
    "forecasts by area": [on_paper(colour, forecasts.OPACITY) for _, colour in palettes.FORECAST.values() if colour],
    "emerging hotspots": [
        on_paper(colour, emerging.OPACITY) for side in palettes.EMERGING.values() for colour in side.values()
    ],
    "funnel": [on_paper(colour, comparisons.OPACITY) for _, colour in palettes.FUNNEL.values() if colour],
    "components": [on_paper(colour, correlates.OPACITY) for colour in palettes.COMPONENTS],
    "stability": [on_paper(colour, 0.8) for side in palettes.STABLE.values() for _, colour in side],
}


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("name", [*TOGETHER, *SEQUENTIAL])
def test_everyone_can_tell_the_classes_of_a_map_apart(name, deficiency):
    colours = [lab(colour, deficiency) for colour in {**TOGETHER, **SEQUENTIAL}[name]]
    closest = min(np.linalg.norm(one - other) for one, other in itertools.combinations(colours, 2))
    assert closest > APART


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("name", SEQUENTIAL)
def test_more_is_darker_for_everyone_and_in_grey_print(name, deficiency):
    lightness = [lab(colour, deficiency)[0] for colour in SEQUENTIAL[name]]
    steps = -np.diff(lightness)
    assert (steps > 2).all()


def test_in_grey_print_hatches_and_borders_tell_the_kinds_of_emerging_hotspots_apart():
    marks = set()
    for side, kinds in palettes.EMERGING.items():
        for kind, colour in kinds.items():
            ink, *border = emerging.border_of(kind, side)
            marks.add((emerging.HATCHES.get(kind), *(border if ink != colour else ())))
            # A hatch is seen on its fill, and a border on paper.
            line = "#ffffff" if kind in emerging.DARK else palettes.EMERGING_INK[side]
            assert contrast(on_paper(colour, emerging.OPACITY), on_paper(line, emerging.OPACITY)) > 1.9
        assert contrast(on_paper(palettes.EMERGING_INK[side], emerging.OPACITY), PAPER) > 4.5
    assert len(marks) == 16


def test_labels_can_be_read_on_their_halo_and_on_every_class():
    assert contrast(palettes.CONTOUR, "#ffffff") > 4.5
    # The halo is 90 % white over whatever lies beneath; the darkest class is the hardest.
    darkest = min((colour for colours in {**TOGETHER, **SEQUENTIAL}.values() for colour in colours), key=luminance)
    assert contrast("#222222", mixed("#ffffff", 0.9, darkest)) > 4.5


@pytest.mark.parametrize("name", ["density", "hot spots", "cold spots", "risk of places", "rates"])
def test_streets_stay_legible_through_every_class(name):
    """Light basemaps draw streets white and letter them in dark grey: both show through what is laid over them."""
    layers = {
        "density": list(zip(palettes.DENSITY, palettes.DENSITY_OPACITY)),
        "risk of places": [(colour, risk.OPACITY) for _, colour in palettes.RISK],
        "rates": [(colour, comparisons.OPACITY) for colour in palettes.RATES],
        "hot spots": [(entry.colour, 0.7) for entry in palettes.BINS[:3]],
        "cold spots": [(entry.colour, 0.7) for entry in palettes.BINS[4:]],
    }[name]
    for colour, opacity in layers:
        paper, ink, street = (mixed(colour, opacity, beneath) for beneath in (PAPER, "#4a4a4a", "#ffffff"))
        assert np.linalg.norm(lab(paper) - lab(ink)) > 2 * APART
        assert np.linalg.norm(lab(paper) - lab(street)) > 1


def test_the_measures_are_those_of_their_sources():
    # CIE: white is L* 100, the primary red of sRGB is (53.24, 80.09, 67.20); WCAG: black on white is 21.
    assert lab("#ffffff") == pytest.approx([100, 0, 0], abs=0.01)
    assert lab("#ff0000") == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    # Grey is grey for everyone, and the check has teeth: red and green of one lightness are one to deuteranopes.
    for deficiency in DEFICIENCIES:
        assert np.abs(lab("#808080", deficiency)[1:]).max() < 1.5
    red, green = "#d7191c", "#7a7a00"
    assert np.linalg.norm(lab(red) - lab(green)) > 60
    assert np.linalg.norm(lab(red, "deuteranopia") - lab(green, "deuteranopia")) < 25
