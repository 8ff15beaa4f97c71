"""verify: right here, wrong where the program is made wrong, honest about what was not run, and the same each time."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.cli import main
from lacrime_geo.verification import acceptance, verifying
from lacrime_geo.verification.cases import CASES
from lacrime_geo.verification.declared import Case, NotRun, Simulation, promised
from lacrime_geo.verification.simulations import SIMULATIONS

EVERY = verifying.every_check()
DRAWN = [check for check in EVERY if isinstance(check.declared, Simulation)]


def verdicts(found):
    return {
        f"{analysis}: {case}": verdict
        for analysis, case, verdict in zip(found["analysis"], found["case"], found["verdict"])
    }


def without(monkeypatch, part):
    """Leave the cases or the simulations out."""
    kept = [check for check in EVERY if isinstance(check.declared, Case) == (part == "simulations")]
    monkeypatch.setattr(verifying, "every_check", lambda: kept)


def with_few_draws(monkeypatch, share=8, only=None):
    """Leave a part of the draws of simulations, and no cases."""
    few = [
        check._replace(declared=replace(check.declared, quick=max(check.declared.quick // share, 8)))
        for check in DRAWN
        if only in (None, check.declared.analysis)
    ]
    monkeypatch.setattr(verifying, "every_check", lambda: few)


def test_every_case_holds_or_says_what_it_needs(monkeypatch):
    without(monkeypatch, "simulations")
    found = lg.verify()
    assert found.held and len(found) >= 150
    assert [name for name, verdict in verdicts(found).items() if verdict == "FAILED"] == []
    assert all(got.startswith("needs ") for got in found["got"][found["verdict"] == "not run"])
    assert found.parameters["held"] + found.parameters["not_run"] == len(found)
    assert sorted(found.parameters) == sorted(
        [*verifying.versions(), "date", "seed", "draws", "held", "failed", "not_run"]
    )


def test_simulations_hold_with_few_draws(monkeypatch):
    with_few_draws(monkeypatch)
    found = lg.verify(seed=3)
    assert found.held and (found["verdict"] == "held").all() and len(found) == len(DRAWN)
    assert (found["draws"] >= 8).all() and np.isfinite(found["caught_above"]).sum() > 25


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_simulations_hold(seed):
    assert [name for name, verdict in verdicts(lg.verify(seed=seed)).items() if verdict == "FAILED"] == []


def test_checks_are_declared_well():
    for group, declared in [*CASES.items(), *SIMULATIONS.items()]:
        assert group in {check.group for check in EVERY} and declared
    names = [(check.group, check.declared.analysis, check.declared.name) for check in EVERY]
    assert len(set(names)) == len(names)
    # Checks of one analysis stand together, in one group.
    assert len({(group, analysis) for group, analysis, _ in names}) == len({analysis for _, analysis, _ in names})
    for check in EVERY:
        assert check.declared.source and callable(getattr(lg, check.declared.analysis, None)), check.declared.name
    for check in DRAWN:
        low, high = check.declared.promise
        assert 0 <= low <= high and check.declared.thorough >= 5 * check.declared.quick


def patched(monkeypatch, module, name, wrong):
    monkeypatch.setattr(module, name, wrong(getattr(module, name)))


def failed(**options):
    found = lg.verify(**options)
    assert not found.held
    return [name for name, verdict in verdicts(found).items() if verdict == "FAILED"]


def test_a_deviation_by_n_minus_1_is_caught(monkeypatch):
    from lacrime_geo import autocorrelation

    def wrong(right):
        return lambda weights, x, **options: right(weights, x, **options) * np.sqrt(1 - 1 / len(x))

    patched(monkeypatch, autocorrelation, "getis_ord", wrong)
    assert "gi_star: Gi* of six points, to 8 digits" in failed(only="gi_star")


def test_an_e_test_of_one_side_is_caught_by_its_case_and_by_its_size(monkeypatch):
    from lacrime_geo import two_counts

    patched(monkeypatch, two_counts, "e_test_p", lambda right: lambda *given: right(*given) / 2)
    told = failed(only="e_test")
    assert told[0] == "e_test: p of 6 against 2" and "e_test: pairs from one rate with p ≤ .05" in told


def test_bands_closed_above_are_caught(monkeypatch):
    from lacrime_geo.spacetime import default_bands

    def wrong(right):
        # Days are whole: up to 3 is below 4.
        def closed(name, edges, unit):
            return right(
                name, [edges[0], *(edge + 1 for edge in edges[1:])] if unit == default_bands.DAYS else edges, unit
            )

        return closed

    without(monkeypatch, "simulations")
    patched(monkeypatch, default_bands, "bands_given", wrong)
    assert "near_repeat: pairs at the edges belong to the band above" in failed(only="near_repeat")


def test_trends_found_too_often_are_caught(monkeypatch):
    from lacrime_geo import significance

    patched(monkeypatch, significance, "two_sided", lambda right: lambda z: right(np.asarray(z) * 1.1))
    assert "mann_kendall: series without a trend with p < .05" in failed(only="mann_kendall")


def test_intervals_too_narrow_are_caught(monkeypatch):
    from lacrime_geo.comparisons import place_rates

    patched(
        monkeypatch, place_rates, "poisson_interval", lambda right: lambda count, level, *more: right(count, 0.9, *more)
    )
    assert failed(only="rates") == ["rates: true rates within the exact 95 % interval"]


def test_a_correction_that_is_none_is_caught(monkeypatch):
    from lacrime_geo import significance

    patched(monkeypatch, significance, "adjust", lambda right: lambda p, correction, tests=None: right(p, "none"))
    for module in ("inference", "grid_hotspots"):
        found = __import__(f"lacrime_geo.{module}", fromlist=[module])
        if hasattr(found, "adjust"):
            monkeypatch.setattr(found, "adjust", significance.adjust)
    with_few_draws(monkeypatch, only="hotspots")
    assert "hotspots: maps with any hot or cold cell, FDR .1, Poisson(2)" in failed()


def test_a_check_that_breaks_has_failed_and_one_without_its_package_is_not_run(monkeypatch):
    def broken():
        raise RuntimeError("no answer\nat all")

    def lacking():
        raise NotRun("a file")

    cases = [
        Case("breaks", "kde", 1.0, 0, "s", broken),
        Case("lacks", "kde", [1.0, 2.0], 0, "s", lacking),
        Case("needs", "kde", "a word", 0, "s", broken, needs=("sklearn", "no_such_package")),
        Case("reads", "kde", 1.0, 0, "s", broken, data="gone/file.csv"),
        Case("gives no number", "kde", 1.0, 1e9, "s", lambda: np.nan),
        Case("gives too many", "kde", 1.0, 1e9, "s", lambda: [1.0, 1.0]),
        Case("is right", "kde", [1.0, 2.0], 0.1, "s", lambda: [1.0, 2.05]),
    ]
    monkeypatch.setattr(verifying, "every_check", lambda: [verifying.Check("Density", case) for case in cases])
    found = lg.verify(data=".")
    assert found["verdict"].tolist() == ["FAILED", "not run", "not run", "not run", "FAILED", "FAILED", "held"]
    assert found["got"].tolist() == [
        "RuntimeError: no answer",
        "needs a file",
        "needs no_such_package",
        "needs gone/file.csv in the folder of data",
        "nan",
        "2 numbers",
        "2.05",
    ]
    assert found["expected"].tolist() == ["1", "2 numbers", "a word", "1", "1", "1", "2"]
    assert (found.parameters["held"], found.parameters["failed"], found.parameters["not_run"]) == (1, 3, 3)
    # Nothing that was run, nothing that held.
    monkeypatch.setattr(verifying, "every_check", lambda: [verifying.Check("Density", cases[1])])
    assert not lg.verify().held


def test_limits_let_a_right_program_through_and_catch_as_wrong_a_one_as_they_say():
    from scipy.special import bdtr, bdtrc

    for draws, promise in ((60, (0.0, 0.05)), (2000, (0.04, 0.06)), (500, (0.95, 1.0)), (9, (0.0, 0.1))):
        low, high, below, above = acceptance.binomial_limits(draws, promise)
        most, least = round(high * draws), round(low * draws)
        if promise[1] < 1:
            assert bdtrc(most, draws, promise[1]) <= 1e-5 < bdtrc(most - 1, draws, promise[1])
            assert bdtrc(most, draws, above) == pytest.approx(0.99) and above > promise[1]
        if promise[0] > 0:
            assert least == 0 or bdtr(least - 1, draws, promise[0]) <= 1e-5 < bdtr(least, draws, promise[0])
            assert least == 0 or (bdtr(least - 1, draws, below) == pytest.approx(0.99) and below < promise[0])
        else:
            assert low == 0 and np.isnan(below)


def test_limits_of_a_mean_are_missed_as_seldom_as_they_say():
    random = np.random.default_rng(2)
    missed = 0
    for _ in range(20_000):
        values = random.normal(size=12)
        limits = acceptance.students_limits(values, (0.0, 0.0))
        missed += not limits.low <= values.mean() <= limits.high
    # 0.4 are expected.
    assert missed <= 5
    assert promised((0.2, 0.2)) == "0.2"


def test_a_seed_gives_the_same_and_another_others(monkeypatch):
    with_few_draws(monkeypatch, share=16)
    one, again, other = (lg.verify(only="mann_kendall, irr", seed=seed) for seed in (1, 1, 2))
    assert one["got"].tolist() == again["got"].tolist() != other["got"].tolist()
    alone = lg.verify(only="irr", seed=1)
    assert set(alone["got"]) <= set(one["got"])


def test_names_are_of_analyses_and_groups(monkeypatch):
    without(monkeypatch, "simulations")
    assert set(lg.verify(only=["Space and time", "e-test"])["group"]) == {"Space and time", "Change"}
    assert set(lg.verify(only="gi_star")["analysis"]) == {"gi_star"}
    for only, said in (("gi_star, nothing", "only names 'nothing'"), ([], "only names nothing")):
        with pytest.raises(ValueError, match=said):
            lg.verify(only=only)
    with pytest.raises(ValueError, match="data is 'gone', which is no folder"):
        lg.verify(data="gone")


def test_it_is_cancelled_and_announces_nothing(caplog):
    seen = []

    def stop(fraction):
        seen.append(fraction)
        return fraction < 0.3

    with pytest.raises(lg.Cancelled):
        lg.verify(only="e_test, moran", progress=stop)
    assert seen == sorted(seen) and 0.3 <= seen[-1] < 0.6 and not caplog.records


def test_the_published_bands_of_chicago(lacrime_data, monkeypatch):
    without(monkeypatch, "simulations")
    found = lg.verify(only="near_repeat", data=lacrime_data)
    assert verdicts(found)["near_repeat: pairs of 970 burglaries in Chicago, 20 bands"] == "held"


def test_the_command_prints_writes_and_tells_by_its_status(tmp_path, capsys, monkeypatch):
    page, table, document = (tmp_path / f"verified.{ending}" for ending in ("html", "csv", "json"))
    assert main(["verify", "--only", "e_test,privacy", str(page)]) == 0
    printed = capsys.readouterr().out
    assert "Change: e_test" in printed and "Krishnamoorthy" in printed and "\x1b" not in printed
    assert max(map(len, printed.splitlines()[:-3])) <= 120
    assert "<td>0.1749</td>" in page.read_text(encoding="utf-8")
    assert main(["verify", "--only", "e_test", "--seed", "4", "--quiet", "-o", str(document)]) == 0
    kept = json.loads(document.read_text(encoding="utf-8"))
    assert kept["all_held"] and kept["seed"] == 4 and kept["checks"][0]["expected"] == "0.1749"
    assert len(capsys.readouterr().out.splitlines()) == 2
    wrong = [verifying.Check("Density", Case("wrong", "kde", 1.0, 0, "<s>", lambda: 2.0))]
    monkeypatch.setattr(verifying, "every_check", lambda: wrong)
    assert main(["verify", str(table)]) == 1
    assert "FAILED" in capsys.readouterr().out
    (row,) = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    assert (row["verdict"], row["got"]) == ("FAILED", "2")
    assert main(["verify", str(page)]) == 1
    assert "&lt;s&gt;" in page.read_text(encoding="utf-8") and "<h2>Failed</h2>" in page.read_text(encoding="utf-8")
    assert main(["verify", "--only", "gone"]) == 2 and main(["verify", "page.txt"]) == 2
    assert main(["verify", "--data", str(tmp_path / "gone")]) == 2


def test_colours_are_of_verdicts(monkeypatch):
    cases = [Case(name, "kde", 1.0, 0, "s", lambda value=value: value) for name, value in (("a", 1.0), ("b", 2.0))]
    monkeypatch.setattr(verifying, "every_check", lambda: [verifying.Check("Density", case) for case in cases])
    lines = lg.verify().text(colour=True)
    assert "\x1b[32mheld" in "\n".join(lines) and "\x1b[1;31mFAILED" in "\n".join(lines)
