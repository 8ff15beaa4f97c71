"""How commands are parsed: the output stands last on the line, or is named by -o, in every one of them."""

import pytest

from lacrime_geo.analysis import Analysis
from lacrime_geo.command_options import COMMANDS, commands_parser

# They print, or write what an option names.
WITHOUT_OUTPUT = {"wdd", "irr", "e_test", "retrain"}


def words_of(name):
    """Return what a command needs beside its output."""
    command = COMMANDS[name]
    required = [p for p in command.params if command.required(p.name)] if isinstance(command, Analysis) else []
    options = [f"--{one.name.replace('_', '-')}={getattr(one, 'options', '1')[0]}" for one in required]
    return [name, *([] if name in ("fetch", "verify") else ["in"]), *options]


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - WITHOUT_OUTPUT))
def test_the_output_stands_last_or_is_named(name):
    words = words_of(name)
    lines = ([*words, "out"], [*words, "-o", "out"], [name, "--outp=out", *words[1:]])
    last, *named = [vars(commands_parser().parse_args(line)) for line in lines]
    assert last["output"] == "out"
    assert named == [last, last]


def test_every_input_of_several_is_kept():
    for line in (["convert", "a", "b", "out"], ["convert", "-o", "out", "a", "b"]):
        parsed = commands_parser().parse_args(line)
        assert (parsed.input, parsed.output) == (["a", "b"], "out")


def test_an_output_may_be_left_out_where_a_command_prints():
    assert commands_parser().parse_args(["audit", "in"]).output is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["kde", "in", "out.tif", "-o", "other.tif"], "unrecognized arguments: out.tif"),
        (["kde", "in"], "the following arguments are required: OUTPUT"),
        (["kde", "-o", "out.tif"], "the following arguments are required: INCIDENTS"),
    ],
)
def test_one_output_is_needed(line, said, capsys):
    with pytest.raises(SystemExit) as stopped:
        commands_parser().parse_args(line)
    assert stopped.value.code == 2
    assert said in capsys.readouterr().err
