"""Where torch is missing, the neural network says so in one sentence with the remedy, and nothing else asks for it."""

import sys

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.cli import main
from lacrime_geo.forecasting.model_names import model_of
from lacrime_geo.forecasting.model_recipes import model_of_recipe, recipe_of
from lacrime_geo.forecasting.models import Panel
from lacrime_geo.forecasting.neural.learned_networks import fewest_steps, learned_from, parts_of
from lacrime_geo.forecasting.neural.network_model import NeuralNetwork

SENTENCE = (
    "The neural network needs PyTorch, the package torch; install it (pip install torch), or choose another model."
)
MONTHS = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")


@pytest.fixture(autouse=True)
def without(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)


@pytest.mark.parametrize("ask", [lg.forecast, lambda table, model: lg.backtest(table, model, horizon=1)])
def test_a_script_is_told(ask):
    with pytest.raises(ImportError) as said:
        ask(dict(period=MONTHS, count=np.arange(48) % 5), model="neural network")
    assert str(said.value) == SENTENCE


def test_the_command_tells(tmp_path, capsys):
    days = np.datetime64("2023-01-01") + np.arange(200)
    rows = [f"{day}T12:00,-118.3,34.0" for day in days]
    (tmp_path / "incidents.csv").write_text("\n".join(["occurred,lon,lat", *rows]))
    given = [str(tmp_path / "incidents.csv"), str(tmp_path / "map.gpkg"), "--model", "neural network", "--step", "day"]
    assert main(["forecast_areas", *given]) == 2
    said = capsys.readouterr().err
    assert SENTENCE in " ".join(said.split()) and "Traceback" not in said
    assert not (tmp_path / "map.gpkg").exists()


def test_its_settings_are_written_down_and_read_without_it():
    recipe = recipe_of(model_of("neural network"))
    assert recipe == {"kind": "NeuralNetwork", "settings": {"networks": 3, "seed": 1}}
    again = model_of_recipe({"kind": "NeuralNetwork", "settings": {"networks": 2, "seed": 7}})
    assert isinstance(again, NeuralNetwork) and (again.networks, again.seed) == (2, 7)
    with pytest.raises(ValueError, match="networks"):
        model_of_recipe({"kind": "NeuralNetwork", "settings": {"networks": 10**6, "seed": 7}})


def test_a_history_that_is_too_short_is_refused_first():
    with pytest.raises(ValueError, match="neural network needs a history of at least 24 months, and there are 23"):
        lg.forecast(dict(period=MONTHS[:23], count=np.ones(23)), model="neural network", horizon=1)


def test_too_many_steps_ahead_of_a_short_history_are_refused():
    panel = Panel(np.ones((2, 24)), MONTHS[:24], "month")
    with pytest.raises(ValueError, match="learns 12 months ahead from 34 months or more, and there are 24"):
        learned_from(panel, 12, (1,))
    # What is learned from ends before what is judged by begins, for all that is not refused.
    for horizon in range(1, 60):
        steps = fewest_steps(horizon)
        learned, judged = parts_of(steps, horizon)
        assert learned[0] < learned[1] <= judged[0] - horizon and judged[0] < judged[1] == steps - horizon
