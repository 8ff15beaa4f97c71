"""The catalogue: what it declares is what the functions take; what does not match cannot be declared."""

import inspect
from dataclasses import dataclass, replace

import pytest

import lacrime_geo as lg
from lacrime_geo import results
from lacrime_geo.analysis import EARLIER, UNASKED, parameter_help
from lacrime_geo.catalog import ANALYSES, BY_NAME, SUMMARIES
from lacrime_geo.parameter_groups import INTERVALS, SELECTION, SELECTION_HELP
from lacrime_geo.parameter_kinds import Choice, Distance, Points, Polygons


@pytest.mark.parametrize("analysis", (*ANALYSES, *SUMMARIES), ids=lambda a: a.name)
def test_declared_names_are_the_signatures(analysis):
    words = inspect.getfullargspec(analysis.run)
    data, *others = [name for name in words.args if name != "analysis"]
    own = {*words.args, *words.kwonlyargs} - UNASKED - {data} - ({EARLIER} if analysis.resumes else set())
    assert {p.name for p in analysis.params} == own | analysis.passed_on
    handed = {name for function in analysis.passes_to for name in inspect.signature(function).parameters}
    assert analysis.passed_on <= handed - own and (words.varkw is None) == (analysis.passes_to == ())
    assert analysis.run is getattr(lg, analysis.name) and analysis.name in lg.__all__
    assert data == analysis.input
    # Beside the data stands another layer that the analysis cannot do without, or who is held against each other.
    layers = {p.name for p in analysis.params if isinstance(p, (Points, Polygons))}
    entrants = [name for name in others if name == "predictors"]
    assert set(others) <= {*layers, *entrants} and all(analysis.required(name) for name in others if name in layers)
    assert len(analysis.params) <= 10 and len(analysis.second_params) <= 6
    names = [parameter.name for parameter in (*analysis.params, *analysis.second_params, *analysis.look)]
    chosen = [parameter.name for parameter in analysis.selection]
    assert len({*names, *chosen}) == len(names) + len(chosen)


@pytest.mark.parametrize("analysis", (*ANALYSES, *SUMMARIES), ids=lambda a: a.name)
def test_every_parameter_says_what_it_is(analysis):
    for parameter in (*analysis.params, *analysis.second_params):
        text = analysis.help(parameter.name)
        assert len(text) > 20 and text == " ".join(text.split())
        if isinstance(parameter, Distance):
            assert "(m)" in text
        if isinstance(parameter, Choice):
            assert analysis.required(parameter.name) or analysis.default(parameter.name) in parameter.options
            assert all(f'"{name}"' in text for name in parameter.options)
        if not analysis.required(parameter.name) and analysis.default(parameter.name) is None:
            assert "efault" in text or "for " in text
    assert analysis.summary.endswith(".") and analysis.tags


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda a: a.name)
def test_results_exist(analysis):
    kinds = results.Surface, results.Cells, results.Marks, results.Shapes, results.Table
    assert issubclass(analysis.result, kinds)
    assert analysis.second is None or callable(getattr(analysis.result, analysis.second))
    assert (analysis.second is None) == (analysis.second_title is None)
    assert issubclass(analysis.second_result, (results.Shapes, results.Table, results.Marks, results.Cells))


def test_names_are_told_apart():
    assert BY_NAME.keys() == {a.name for a in ANALYSES} and len({a.title for a in ANALYSES}) == len(ANALYSES)
    assert {"kde", "contours", "hotspots", "gi_star", "dbscan"} <= set(BY_NAME)


def test_selection_is_what_incidents_take():
    select = set(inspect.signature(lg.Incidents.select).parameters) - {"self"}
    making = set(inspect.signature(lg.as_incidents).parameters) - {"anything", "weight", "crs", "mapping"}
    assert {p.name for p in (*SELECTION, *INTERVALS)} == set(SELECTION_HELP) == select | making


@dataclass(frozen=True)
class Colour:
    """A kind of parameter that nothing can show."""

    name: str = "bandwidth"


WRONG = {
    "missing": lambda params: params[1:],
    "unknown": lambda params: (*params, Distance("radius", "Radius")),
    "twice": lambda params: (*params, params[0]),
    "renamed": lambda params: (Distance("band_width", "Bandwidth"), *params[1:]),
    "of no kind": lambda params: (Colour(), *params[1:]),
    "text": lambda params: ("bandwidth", *params[1:]),
    "handed to none": lambda params: (*params, Distance("eps", "Neighbour distance")),
}


@pytest.mark.parametrize("case", list(WRONG))
def test_wrong_declarations_raise(case):
    with pytest.raises(TypeError, match="kde: "):
        replace(BY_NAME["kde"], params=WRONG[case](BY_NAME["kde"].params))


def test_help_is_read_from_a_docstring():
    def function(x, *, first=1, second=2, third=3):
        """Do.

        Parameters
        ----------
        x : data.
        first, second : numbers,
            on two lines.
        third : last.

        Returns
        -------
        third : not this.
        """

    expected = {"x": "data.", "first": "numbers, on two lines.", "second": "numbers, on two lines.", "third": "last."}
    assert parameter_help(function) == expected


@pytest.mark.parametrize("name", ["decompose", "change_points"])
def test_forms_show_the_step_by_which_incidents_are_counted(name):
    assert (
        BY_NAME[name].default("step") == "day"
        and inspect.signature(getattr(lg, name)).parameters["step"].default is None
    )


@pytest.mark.parametrize("analysis", ANALYSES, ids=lambda a: a.name)
def test_forms_take_columns_and_no_arrays_of_a_row_each(analysis):
    for parameter in (*analysis.params, *analysis.second_params):
        assert "array (n,)" not in analysis.help(parameter.name)
