"""Peer: R's spdep, whose numbers stand here as constants; the same areas, counts and neighbours give the same ones.

All constants: spdep 1.2-7, R 4.2.2 (Debian 12), printed by sprintf("%.13g"). R before each call:

    library(spdep)
    counts <- c(...); population <- c(...)      # COUNTS and POPULATION below, row by row
    nb <- cell2nb(5, 6, type = "queen")         # row by row from one corner, as squares(5, 6); poly2nb gives the same
    B <- nb2listw(nb, style = "B")
    W <- nb2listw(nb, style = "W")
"""

import numpy as np
import pytest
from makers import incidents, squares
from scipy import sparse

import lacrime_geo as lg
from lacrime_geo.neighbours import contiguity
from lacrime_geo.rate_smoothing import empirical_bayes

RTOL = 1e-11

# 5 rows of 6 areas, the southernmost first; no real data.
COUNTS = [
    [9, 7, 4, 2, 0, 1],
    [12, 8, 6, 1, 3, 0],
    [5, 11, 3, 2, 1, 4],
    [2, 3, 0, 5, 7, 6],
    [0, 1, 2, 4, 13, 9],
]
POPULATION = [
    [310, 220, 145, 96, 20, 75],
    [900, 415, 238, 120, 64, 33],
    [182, 530, 88, 41, 57, 260],
    [77, 199, 350, 126, 305, 612],
    [48, 92, 137, 281, 444, 703],
]

# e <- EBest(n = counts, x = population, family = "poisson"); e$raw; e$estmm; attr(e, "parameters")
EB_RAW = [
    [0.02903225806452, 0.03181818181818, 0.02758620689655, 0.02083333333333, 0, 0.01333333333333],
    [0.01333333333333, 0.01927710843373, 0.02521008403361, 0.008333333333333, 0.046875, 0],
    [0.02747252747253, 0.02075471698113, 0.03409090909091, 0.04878048780488, 0.01754385964912, 0.01538461538462],
    [0.02597402597403, 0.01507537688442, 0, 0.03968253968254, 0.02295081967213, 0.009803921568627],
    [0, 0.01086956521739, 0.01459854014599, 0.01423487544484, 0.02927927927928, 0.01280227596017],
]
EB_RATES = [
    [0.01987711844455, 0.01977117578725, 0.01897983477352, 0.018407098422, 0.01807172328367, 0.01807500133028],
    [0.01661108737454, 0.01846568263665, 0.01909667635597, 0.01764514532899, 0.01927248566783, 0.01794158150537],
    [0.01913219664517, 0.01884638159331, 0.01902383564711, 0.01896544191439, 0.0182528656366, 0.01790578833837],
    [0.01859622571758, 0.01795258872474, 0.01526159292187, 0.0196966266302, 0.01896213137444, 0.01610106094396],
    [0.01779372786573, 0.01791017221628, 0.01801180739725, 0.01772264938383, 0.02048016148041, 0.01672113255069],
]
EB_A, EB_B = 1.031239862106e-05, 0.01827566964286

# card(nb): how many neighbours each area has.
CARD = [
    [3, 5, 5, 5, 5, 3],
    [5, 8, 8, 8, 8, 5],
    [5, 8, 8, 8, 8, 5],
    [5, 8, 8, 8, 8, 5],
    [3, 5, 5, 5, 5, 3],
]

# localG(counts, B); localG(counts, W) differs by less than 1e-14.
GI = [
    [2.377627952605, 2.303966619273, 0.2726212010053, -1.075716317567, -2.071054994469, -1.704327114026],
    [2.737709381915, 2.570416625717, 0.3865300504801, -1.651886695597, -2.668846737128, -1.805300150046],
    [1.85088267077, 0.6856695811066, 0.07571196417383, -1.057500627209, -0.8738518946547, -0.6346264023402],
    [-0.2925588311373, -1.241676212451, -0.5769995135232, -0.3022765921168, 1.082205170749, 1.618655068258],
    [-1.244631055007, -2.027096977845, -1.206242565305, 0.6614416024391, 1.53543334455, 2.212277327604],
]
# localG(counts, nb2listw(include.self(nb), style = "B")); style = "W" differs by less than 1e-14.
GI_STAR = [
    [2.670311536846, 2.424426425793, 0.2204024023449, -1.248946946621, -2.350958958345, -1.940298310946],
    [3.159101100276, 2.746801564746, 0.5023333600898, -1.849014282884, -2.704049789419, -2.106067400184],
    [1.812197530391, 1.143609989992, -0.03206383149509, -1.207737652982, -1.100858214665, -0.6367180512185],
    [-0.514272272138, -1.314617091299, -0.8870993380309, -0.245822708129, 1.250489428309, 1.689751751311],
    [-1.652135195459, -2.228513179265, -1.371392725701, 0.5877397395863, 2.179534867632, 2.526229979102],
]

# near <- dnearneigh(cbind(x, y), 0, 1000), where the distances nearest to 1000 are 963 and 1036
X = [120, 610, 1380, 1970, 2640, 350, 980, 1710, 2450, 190, 1130, 2210]
Y = [240, 90, 310, 150, 420, 930, 1060, 880, 1190, 1730, 1940, 1820]
VALUES = [3.2, 0, 1.7, 8.4, 6.1, 2.5, 0, 4.8, 9.3, 1.1, 0.6, 5.9]
# localG(values, nb2listw(near, style = "B"))
BAND_GI = [
    [-1.119701446864, -0.9602684071037, -0.3838449141166, 0.6775303735462, 2.588400052233, -1.982764557574],
    [-1.238171306117, 0.9858200983297, 1.786408470623, -1.102522190349, -1.623779780799, 1.865261100455],
]
# localG(values, nb2listw(include.self(near), style = "B"))
BAND_GI_STAR = [
    [-1.073810660125, -1.353080947839, -0.5924845751066, 1.226624784489, 2.663876445311, -2.061604490932],
    [-1.553760569412, 1.094282735656, 2.194014434112, -1.383563735161, -1.899818860222, 1.903474021668],
]

# lm <- localmoran(counts, W, mlvar = TRUE, conditional = TRUE); lm[, "Ii"]; lm[, "Z.Ii"]
# Its conditional z is that of Gi with the sign of the own deviation, as ours is; conditional = FALSE gives another z.
LOCAL_I = [
    [1.598229795682, 0.6730912399702, -0.01182893539581, 0.276036065845, 0.9644304739846, 0.8438249648441],
    [2.064769625279, 0.7461121680867, 0.04661262304574, 0.4365332120109, 0.3043882868724, 0.8343949044586],
    [0.1335925221276, 0.2510339978493, -0.01356605178261, 0.1967491107618, 0.2172222681777, 0.02638762511374],
    [0.06460418562329, 0.1390520307718, 0.1598353875424, -0.01728844404004, 0.2221854578542, 0.2958888245512],
    [0.7693771196956, 0.7435685333775, 0.3112747125486, -0.02820746132848, 1.178343949045, 1.483249234842],
]
LOCAL_Z = [
    [2.377627952605, 2.303966619273, -0.2726212010053, 1.075716317567, 2.071054994469, 1.704327114026],
    [2.737709381915, 2.570416625717, 0.3865300504801, 1.651886695597, 2.668846737128, 1.805300150046],
    [1.85088267077, 0.6856695811066, -0.07571196417383, 1.057500627209, 0.8738518946547, 0.6346264023402],
    [0.2925588311373, 1.241676212451, 0.5769995135232, -0.3022765921168, 1.082205170749, 1.618655068258],
    [1.244631055007, 2.027096977845, 1.206242565305, -0.6614416024391, 1.53543334455, 2.212277327604],
]

# m <- moran.test(counts, W, randomisation = TRUE, alternative = "two.sided"); m$estimate; m$statistic; m$p.value
MORAN_W = dict(
    moran_i=0.4969965809138,
    expected=-0.03448275862069,
    variance=0.009641467721496,
    z=5.412710642693,
    p=6.20777617184e-08,
)
# The same with B.
MORAN_B = dict(
    moran_i=0.4113861519573,
    expected=-0.03448275862069,
    variance=0.008593603705321,
    z=4.809717070009,
    p=1.511440793904e-06,
)


@pytest.fixture(scope="module")
def areas():
    return squares(5, 6).assign(count=np.ravel(COUNTS))


def test_neighbours_are_as_many(areas):
    assert np.diff(contiguity(lg.as_features(areas)).indptr).tolist() == np.ravel(CARD).tolist()


@pytest.mark.parametrize("row_standardised", [False, True])
@pytest.mark.parametrize(("include_self", "expected"), [(False, GI), (True, GI_STAR)])
def test_local_g(areas, include_self, expected, row_standardised):
    neighbours = "queen"
    if row_standardised:
        binary = contiguity(lg.as_features(areas))
        neighbours = sparse.diags(1 / np.asarray(binary.sum(axis=1)).ravel()) @ binary
    marks = lg.gi_star(areas, value="count", neighbours=neighbours, include_self=include_self)
    np.testing.assert_allclose(marks["z"], np.ravel(expected), rtol=RTOL)


@pytest.mark.parametrize(("include_self", "expected"), [(False, BAND_GI), (True, BAND_GI_STAR)])
def test_local_g_within_a_band(include_self, expected):
    marks = lg.gi_star(incidents(X, Y), value=VALUES, neighbours="band", distance_band=1000, include_self=include_self)
    np.testing.assert_allclose(marks["z"], np.ravel(expected), rtol=RTOL)


def test_local_moran(areas):
    marks = lg.local_moran(areas, value="count", neighbours="queen")
    np.testing.assert_allclose(marks["local_i"], np.ravel(LOCAL_I), rtol=RTOL)
    np.testing.assert_allclose(marks["z"], np.ravel(LOCAL_Z), rtol=RTOL)


@pytest.mark.parametrize(("row_standardised", "expected"), [(True, MORAN_W), (False, MORAN_B)])
def test_moran(areas, row_standardised, expected):
    table = lg.moran(areas, value="count", neighbours="queen", row_standardised=row_standardised)
    for name, number in expected.items():
        np.testing.assert_allclose(table[name][0], number, rtol=RTOL, err_msg=name)


def test_empirical_bayes_rates():
    np.testing.assert_allclose(
        empirical_bayes(np.array(COUNTS, float), np.array(POPULATION, float)), EB_RATES, rtol=RTOL
    )
