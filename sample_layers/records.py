"""The incidents of the invented city: where, what, when, reported when, to whom; columns as in the official file."""

import numpy as np

import crime_codes as tables
from boundaries import contains
from crime_codes import KINDS
from draws import choose_exactly, pick
from planted import PLANTED
from victims import draw_victims

INCIDENTS = 20_000
NEW_YEAR = np.datetime64("2023-01-01")
FIRST_OF_MONTH = 1.5
# Share reported within so many days of a kind of crime with lag 1; all kinds together follow the customary curve.
LAG_DAYS = (0, 1, 7, 14, 30, 60, 90, 365)
LAG_SHARE = (0.30, 0.58, 0.815, 0.874, 0.921, 0.951, 0.964, 1.0)
NOON, MIDNIGHT = 0.045, 0.02  # shares of the placeholders 1200 and 0001


def draw_incidents(places, rng):
    """Draw every incident; the columns are arrays of equal length."""
    where, what, planted = _draw_where_and_what(places, rng)
    group = np.array([kind.group for kind in KINDS])[what]
    day = _draw_days(planted, rng)
    lag = _draw_lags(np.array([kind.lag for kind in KINDS])[what], rng)
    columns = {
        "place": where,
        "kind": what,
        "planted": planted,
        "group": group,
        "occurred": NEW_YEAR + day,
        "reported": NEW_YEAR + day + lag,
        "minute": _draw_minutes(group, planted, rng),
        "premise": _draw_premises(group, planted, rng),
        "weapon": _draw_weapons(group, rng),
    }
    columns.update(draw_victims(group, rng))
    columns["mocodes"] = _draw_mocodes(INCIDENTS, rng)
    columns["status"] = pick(rng, {name: share for name, (_, share) in tables.STATUSES.items()}, INCIDENTS)
    return columns


def _draw_where_and_what(places, rng):
    """Place, kind and planted hotspot (-1: background) of every incident."""
    share = np.array([kind.share for kind in KINDS])
    background = INCIDENTS - sum(spot.extra for spot in PLANTED)
    where = [rng.choice(places["x"].size, background, p=places["weight"])]
    what = [rng.choice(len(KINDS), background, p=share / share.sum())]
    for spot in PLANTED:
        inside = np.flatnonzero(contains(spot.ring, places["x"], places["y"]))
        weight = rng.gamma(4.0, size=inside.size) * np.where(places["crossing"][inside], 0.35, 1.0)
        where.append(rng.choice(inside, spot.extra, p=weight / weight.sum()))
        mixed = share * [spot.mix.get(kind.category, 0) / _category_share(kind.category) for kind in KINDS]
        what.append(rng.choice(len(KINDS), spot.extra, p=mixed / mixed.sum()))
    planted = np.repeat(np.arange(-1, len(PLANTED)), [len(part) for part in where])
    return np.concatenate(where), np.concatenate(what), planted


def _category_share(category):
    return sum(kind.share for kind in KINDS if kind.category == category)


def _draw_days(planted, rng):
    """Day of the year: mild season and week, more on the first of a month, planted ones in their months."""
    days = np.arange(365)
    date = NEW_YEAR + days
    month = date.astype("datetime64[M]").astype(int) % 12 + 1
    first = date == date.astype("datetime64[M]")
    week = np.array([1.0, 0.98, 0.97, 0.98, 1.0, 1.08, 1.04])[(days + 6) % 7]  # Monday first; 1 January is a Sunday
    weight = week * (1 + 0.06 * np.cos((days - 205) / 365 * 2 * np.pi)) * np.where(first, FIRST_OF_MONTH, 1.0)
    day = np.zeros(planted.size, dtype=int)
    for which, months in enumerate([range(1, 13), *(spot.months for spot in PLANTED)], start=-1):
        open_weight = weight * np.isin(month, list(months))
        mine = planted == which
        day[mine] = rng.choice(365, mine.sum(), p=open_weight / open_weight.sum())
    return day


def _draw_lags(power, rng):
    """Days until the report: inverse of the curve to the power of the kind of crime."""
    u = rng.random(power.size) ** (1 / power)
    lag = np.interp(u, LAG_SHARE, np.log1p(LAG_DAYS))
    return np.where(u <= LAG_SHARE[0], 0, np.minimum(np.ceil(np.expm1(lag) - 1e-9), 365)).astype(int)


def _draw_minutes(group, planted, rng):
    """Minute of the day: hours by kind of crime, three in five on :00 or :30, and the two placeholders."""
    peak, pointed = (np.array([tables.HOURS[name][k] for name in group], dtype=float) for k in (0, 1))
    for which, spot in enumerate(PLANTED):
        if spot.peak_hour:
            peak[planted == which], pointed[planted == which] = spot.peak_hour, 1.6
    weight = np.exp(pointed[:, None] * np.cos((np.arange(24) - peak[:, None]) / 24 * 2 * np.pi))
    total = np.cumsum(weight, axis=1)
    hour = (rng.random(group.size)[:, None] * total[:, -1:] > total).sum(axis=1)
    fine = np.where(rng.random(group.size) < 0.6, 5 * rng.integers(1, 12, group.size), rng.integers(1, 60, group.size))
    minute = np.where(rng.random(group.size) < 0.58, 30 * (rng.random(group.size) < 0.3), fine)
    minute = hour * 60 + minute
    minute[np.isin(minute, (720, 1))] += 15  # so that these times are placeholders only
    order = rng.permutation(group.size)
    noon, midnight = round(NOON * group.size), round(MIDNIGHT * group.size)
    minute[order[:noon]], minute[order[noon : noon + midnight]] = 720, 1
    return minute


def _draw_premises(group, planted, rng):
    """Premise codes by kind of crime, or those a planted hotspot names."""
    premise = np.zeros(group.size, dtype=int)
    for name, shares in tables.USUAL_PREMISES.items():
        premise[group == name] = pick(rng, shares, (group == name).sum())
    codes = {text: code for code, text in tables.PREMISES.items()}
    for which, spot in enumerate(PLANTED):
        if spot.premises:
            mine = (planted == which) & (rng.random(group.size) < 0.8)
            premise[mine] = rng.choice([codes[text] for text in spot.premises], mine.sum())
    return premise


def _draw_weapons(group, rng):
    """Weapon codes, 0 where none is recorded."""
    armed = choose_exactly(rng, 0.35, np.array([tables.ARMED[name] for name in group]))
    weapon = pick(rng, {code: share for code, (_, share) in tables.WEAPONS.items()}, group.size)
    return np.where(armed, weapon, 0)


def _draw_mocodes(size, rng):
    """Up to six codes of the way it was done, none in one row of six."""
    codes = np.array(tables.MOCODES)
    count = np.where(rng.random(size) < 0.16, 0, rng.choice(6, size, p=(0.17, 0.26, 0.26, 0.16, 0.1, 0.05)) + 1)
    order = np.argsort(rng.random((size, codes.size)), axis=1, kind="stable")
    return np.array([" ".join(codes[row[:n]]) for row, n in zip(order, count)])
