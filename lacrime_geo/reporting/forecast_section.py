"""The section of the forecast: what is to be expected, with intervals, and whether the model has beaten the naive ones."""

from __future__ import annotations

import numpy as np

from .. import html_pages as html
from ..claims import Claim, Evidence, Finding, call, finding
from ..forecasting import Forecast, forecast_areas
from ..forecasting.baselines import NAIVE, SMOOTHING
from ..forecasting.chart_frames import step_words
from ..forecasting.forecast_pages import CAVEATS
from ..parameters import in_words, p_in_words
from ..progress import Progress, within
from ..summaries import counted
from .late_reports import late_reports
from .told import Given, Made, Run, attempted, together, under, warnings_in

SURE_P = 0.05
RATIOS = {NAIVE: "relative_mae", SMOOTHING: "to_smoothing"}


def forecast_section(given: Given, progress: Progress) -> Made:
    """Return the forecast of all incidents together, and how much of the last weeks is not reported yet."""
    return together(
        attempted("A forecast", lambda part: _forecast(given, part), within(progress, 0.0, 0.9)),
        attempted("The delay of reports", lambda part: late_reports(given, part), within(progress, 0.9, 1.0)),
    )


def _forecast(given: Given, progress: Progress) -> Made:
    areas = forecast_areas(given.incidents, horizon=given.horizon, progress=progress)
    found, kept = areas.forecast, areas.parameters
    assert found is not None and found.made is not None
    run = Run(forecast_areas, kept)
    code = call("forecast_areas", "incidents", horizon=kept["horizon"], step=kept["step"])
    evidence = given.evidence(run, code, kept["step_incidents"])
    told = [_expected(found, evidence), *([_model(found, evidence)] if found.made.scored is not None else [])]
    told += [_held(found, evidence)] if "coverage80" in kept else []
    caveats = [*warnings_in(kept), *(said.replace("{unit}", "incidents") for said in CAVEATS)]
    if found.made.scored is None:
        caveats.append(
            "The history is too short to score such forecasts at past origins: nothing says how good this one is."
        )
    return Made(tuple(told), (html.Markup(found.svg()), _table(found)), tuple(caveats), (run,))


def _expected(found: Forecast, evidence: Evidence) -> Finding:
    """Say what is expected in the first step, and how many of the steps forecast were over when the file was made."""
    when = step_words(found["period"][0], str(found.parameters["step"]))
    mean = float(found["mean"][0])
    claims = [
        evidence.claim(
            f"incidents expected, {when}, with {level} % interval",
            mean,
            "incidents",
            "{made}['mean'][0]",
            (found[f"lo{level}"][0], found[f"hi{level}"][0]),
            level=level,
        )
        for level in (80, 95)
    ]
    ends = [
        f"{level} %: {in_words(found[f'lo{level}'][0])} to {in_words(found[f'hi{level}'][0])}" for level in (80, 95)
    ]
    said = f"For {when}, {in_words(mean)} incidents are expected ({'; '.join(ends)})."
    if past := int(found.parameters.get("steps_past") or 0):
        step, horizon = found.parameters["step"], found.parameters["horizon"]
        claims.append(
            evidence.claim(
                f"{step}s forecast that were over when the file was made",
                past,
                f"of {horizon} {step}s",
                "{made}.parameters['steps_past']",
            )
        )
        said += f" {_over(past, horizon, step)}"
    return finding(said, *claims)


def _over(past: int, horizon: int, step: str) -> str:
    if past == horizon:
        return f"All {counted(horizon, step)} forecast were over when the file was made: none of them is still to come."
    return f"Of the {counted(horizon, step)} forecast {past:,} {'was' if past == 1 else 'were'} over when the file was made."


def _model(found: Forecast, evidence: Evidence) -> Finding:
    """Say whether the model was better than the naive ones, at which past origins."""
    kept = found.parameters
    split = (
        f"rolling origin: {kept['origins']} past origins, {kept['horizon']} {kept['step']}s ahead, each forecast from what was "
        "known before it"
    )
    chance, tested = _chance(found, evidence, split)
    code = "{made}.parameters['chosen']"
    model = evidence.claim("model that forecasts", kept["chosen"], "", code, split=split, baseline=NAIVE)
    said = f"At {kept['origins']} past origins {_compared(found, chance)}. Model: {kept['chosen']}."
    return finding(said, *_errors(found, evidence, split), model, *tested)


def _errors(found: Forecast, evidence: Evidence, split: str) -> list[Claim]:
    return [
        evidence.claim(
            f"mean absolute error as a share of {name}'s",
            found.parameters[key],
            f"times that of {name}",
            f"{{made}}.parameters[{key!r}]",
            split=split,
            baseline=name,
        )
        for name, key in RATIOS.items()
    ]


def _compared(found: Forecast, chance: str) -> str:
    ratios = {name: float(found.parameters[key]) for name, key in RATIOS.items()}
    known = {name: ratio for name, ratio in ratios.items() if np.isfinite(ratio)}
    if not known:
        return f"neither {NAIVE} nor {SMOOTHING} made an error, so no share of theirs can be told"
    shares = " and ".join(f"{in_words(ratio)} times that of {name}" for name, ratio in known.items())
    better = [name for name, ratio in known.items() if ratio < 1]
    verdict = f"less than {' and '.join(better)}" if better else f"no less than {' and '.join(known)}"
    return f"its mean absolute error was {shares}: {verdict}{chance}"


def _chance(found: Forecast, evidence: Evidence, split: str) -> tuple[str, list[Claim]]:
    """Say whether the difference to seasonal naive may be chance, where enough origins tell."""
    assert found.made is not None and found.made.scored is not None
    scored = found.made.scored
    row = scored["model"].tolist().index(found.parameters["model"])
    p = float(scored["dm_p"][row])
    if not np.isfinite(p):
        return "", []
    code = f"{{made}}.forecast.made.scored['dm_p'][{row}]"
    words = (
        "a larger difference than chance alone often makes"
        if p <= SURE_P
        else "a difference that chance alone could make"
    )
    claim = evidence.claim(f"p of the difference to {NAIVE}", p, "of 1", code, split=split, baseline=NAIVE)
    return f" ({p_in_words(p)} against {NAIVE}: {words})", [claim]


def _held(found: Forecast, evidence: Evidence) -> Finding:
    kept = found.parameters
    split = f"rolling origin: {kept['origins']} past origins"
    claims = [
        evidence.claim(
            f"share of past counts within the {level} % intervals",
            kept[f"coverage{level}"],
            "of the counts",
            f"{{made}}.parameters['coverage{level}']",
            split=split,
        )
        for level in (80, 95)
    ]
    held = [f"its {level} % intervals held {100 * kept[f'coverage{level}']:.0f} %" for level in (80, 95)]
    return finding(f"There {' and '.join(held)} of the counts.", *claims)


def _table(found: Forecast) -> html.Markup:
    step = str(found.parameters["step"])
    rows = (
        (
            step_words(found["period"][row], step),
            in_words(found["mean"][row]),
            *(f"{in_words(found[f'lo{level}'][row])} to {in_words(found[f'hi{level}'][row])}" for level in (80, 95)),
        )
        for row in np.arange(len(found)).tolist()
    )
    return under("What is expected", html.table((step, "expected", "80 % interval", "95 % interval"), rows))
