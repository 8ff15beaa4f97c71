"""A run that ends early goes on later from where it stood: after Ctrl-C, a kill, a full disk, damage; alone or as a command."""

import hashlib
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import portal as faults
import pytest
from portal import ORDERED, RESOURCE, Portal, fetch_at_once, ids, rows_of, serving

import lacrime_geo as lg
from lacrime_geo.cli import main
from lacrime_geo.data.portal import portal_query
from lacrime_geo.data.portal.fetching import temporary_copy

ROWS = 65
COMMAND = [sys.executable, "-m", "lacrime_geo", "fetch"]


@pytest.fixture
def portal():
    with serving(Portal(rows_of(ROWS))) as one:
        yield one


@pytest.fixture(scope="module")
def right():
    return Portal(rows_of(ROWS)).answer({"$order": "dr_no", "$limit": "1000"})


@pytest.fixture
def file(tmp_path):
    return tmp_path / "crimes.csv"


def broken_off(portal, file):
    """Leave three pages of a run that ended early."""
    portal.faults = dict.fromkeys((3, 4, 5), faults.dropped)
    with pytest.raises(OSError, match="30 rows in 3 pages are kept"):
        fetch_at_once(portal, file)
    portal.faults = {}
    portal.asked.clear()
    return file.with_name("crimes.csv.part")


def test_a_run_that_is_cancelled_goes_on_later(portal, file, right):
    def progress(fraction):
        return fraction < 0.5

    said = r"cancelled; (\d+) rows in \d pages are kept in crimes.csv.part, from where the same command goes on"
    with pytest.raises(lg.Cancelled, match=said) as stopped:
        fetch_at_once(portal, file, progress=progress)
    kept = int(re.match(said, str(stopped.value))[1])
    assert 20 <= kept < ROWS
    fetch_at_once(portal, file)
    assert file.read_bytes() == right
    # The page that was asked for when it was cancelled may have reached the portal or not.
    assert sorted(set(portal.pages_asked())) == list(range(0, ROWS, 10))
    assert [portal.pages_asked().count(offset) for offset in range(0, kept, 10)] == [1] * (kept // 10)


def test_progress_runs_from_nothing_to_all_and_never_back(portal, file):
    told = []
    fetch_at_once(portal, file, progress=told.append)
    assert told == sorted(told) and told[0] == 0 and told[-1] == 1 and len(set(told)) >= 7


@pytest.mark.parametrize("how", ["changed", "shorter", "gone"])
def test_a_damaged_page_and_those_after_it_are_fetched_again(portal, file, right, caplog, how):
    page = broken_off(portal, file) / "page-000001.csv"
    body = page.read_bytes()
    if how == "gone":
        page.unlink()
    else:
        page.write_bytes(body[:-9] if how == "shorter" else body.replace(b"FIRST", b"SECON", 1))
    fetch_at_once(portal, file)
    assert file.read_bytes() == right and portal.pages_asked() == [10, 20, 30, 40, 50, 60]
    assert "page-000001.csv in crimes.csv.part is damaged: it is fetched again, with those after it" in caplog.text


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', '{"version": 9, "pages": []}'])
def test_a_damaged_manifest_is_said_and_all_fetched_anew(portal, file, right, caplog, text):
    (broken_off(portal, file) / "manifest.json").write_text(text)
    fetch_at_once(portal, file)
    assert file.read_bytes() == right and portal.pages_asked()[0] == 0
    assert "crimes.csv.part cannot be read" in caplog.text


@pytest.mark.parametrize("change", [{"file": "../../etc/passwd"}, {"offset": 7}, {"rows": "ten"}, {"extra": 1}])
def test_a_manifest_that_was_changed_is_not_believed(portal, file, right, caplog, change):
    manifest = broken_off(portal, file) / "manifest.json"
    kept = json.loads(manifest.read_text())
    kept["pages"][1].update(change)
    manifest.write_text(json.dumps(kept))
    fetch_at_once(portal, file)
    assert file.read_bytes() == right and "crimes.csv.part cannot be read" in caplog.text


def test_the_unfinished_download_of_another_address_is_not_touched(portal, file):
    part = broken_off(portal, file)
    before = {path.name: path.read_bytes() for path in part.iterdir()}
    with pytest.raises(ValueError, match=r"holds an unfinished download of another address .* or delete the folder"):
        fetch_at_once(portal, file, ORDERED + "&$limit=5")
    assert {path.name: path.read_bytes() for path in part.iterdir()} == before


def test_another_page_size_goes_on_with_the_pages_there_are(portal, file, right, caplog):
    broken_off(portal, file)
    with caplog.at_level("INFO", "lacrime_geo"):
        fetch_at_once(portal, file, page=20)
    assert file.read_bytes() == right and portal.pages_asked() == [30, 50]
    assert "30 rows are there from an earlier run, whole" in caplog.text


def test_a_full_disk_is_said_and_the_run_goes_on_when_there_is_room(small_disk, right):
    filler = small_disk / "filler"
    filler.write_bytes(b"0" * 45_000)
    with serving(Portal(rows_of(ROWS))) as portal:
        said = r"^Cannot write '[^']*crimes.csv.part': the disk is full; free space or choose another folder; \d+ rows in \d p"
        with pytest.raises(OSError, match=said):
            fetch_at_once(portal, small_disk / "crimes.csv")
        assert not (small_disk / "crimes.csv").exists()
        filler.unlink()
        begun = len(portal.pages_asked())
        fetch_at_once(portal, small_disk / "crimes.csv")
        assert portal.pages_asked()[begun] > 0
    assert (small_disk / "crimes.csv").read_bytes() == right


def waiting_for(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.02)


@pytest.mark.alone
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_command_that_is_killed_goes_on_later(portal, file, right, how):
    portal.faults = {3: lambda handler, body: time.sleep(5)}
    words = [*COMMAND, str(file), "--url", portal.url + ORDERED, "--page-size", "10"]
    # A job in the background is born deaf to Ctrl-C.
    process = subprocess.Popen(
        words,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    waiting_for(lambda: len(portal.pages_asked()) == 4)
    process.send_signal(how)
    _, said = process.communicate(timeout=20)
    assert process.returncode == {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}[how]
    if how == signal.SIGINT:
        last = said.splitlines()[-1]
        assert last == (
            "lacrime-geo: stopped; 30 rows in 3 pages are kept in crimes.csv.part, from where the same command goes on"
        )
    assert os.listdir(file.parent) == ["crimes.csv.part"] or how == signal.SIGKILL
    portal.faults = {}
    portal.asked.clear()
    assert main([*words[3:], "--quiet"]) == 0
    assert file.read_bytes() == right and portal.pages_asked() == [30, 40, 50, 60]


def test_the_command_fetches_what_its_options_say(portal, file, capsys, monkeypatch):
    monkeypatch.setattr(portal_query, "PORTAL", portal.url)
    words = ["fetch", str(file), "--since", "2023-02-01", "--until", "2023-03-01", "--category", "burglary, robbery"]
    assert main([*words, "--area", "2, hollenbeck, 5, 8", "--columns", "lat, lon, crm_cd"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [str(file), f"{file}.json"]
    sum_ = hashlib.sha256(file.read_bytes()).hexdigest()
    assert f"sha256 {sum_}\n" in said.err and re.search(r"^\d+ rows$", said.err, flags=re.MULTILINE)
    right = [row for row in portal.rows if row["crm_cd"] == "310" and row["area"] in ("02", "04", "05", "08")]
    assert ids(file) == [row["dr_no"] for row in right if row["date_occ"][:7] == "2023-02"]
    assert file.read_text().startswith("dr_no,lat,lon,crm_cd\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--since", "2023"], "lies in 3 data sets of two record systems"),
        (["--url", "https://x.org/a.csv", "--since", "2023"], "since: an address names its rows itself"),
        ([], "Neither a period nor a data set was named"),
        (["--url", "http://127.0.0.1:9/resource/2nrs-mtv8.csv"], "127.0.0.1 cannot be reached"),
        (["--url", "file:///etc/passwd"], "must begin with https"),
    ],
)
def test_what_a_command_cannot_do_is_one_sentence(words, said, file, capsys):
    assert main(["fetch", str(file), *words, "--quiet"]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1 and "Errno" not in error
    assert os.listdir(file.parent) == []


def commands_of(page):
    text = (Path(__file__).parents[1] / page).read_text(encoding="utf-8")
    return re.findall(r"lacrime-geo (fetch \S+\.csv --since[^`\n]+)", text)


@pytest.mark.parametrize("words", [*commands_of("docs/lapd.md"), *commands_of("README.md")])
def test_the_commands_of_the_pages_fetch_rows(words, portal, tmp_path, monkeypatch):
    for row in portal.rows:
        row.update(date_occ=row["date_occ"].replace("2023-01", "2023-09"), area="06", crm_cd="310")
    monkeypatch.setattr(portal_query, "PORTAL", portal.url)
    monkeypatch.chdir(tmp_path)
    output = shlex.split(words)[1]
    assert main([*shlex.split(words), "--quiet"]) == 0
    assert len(ids(output)) >= 20


def test_the_pages_have_commands():
    assert len(commands_of("docs/lapd.md")) == 2 and len(commands_of("README.md")) == 1


def test_the_command_is_quiet_when_asked(portal, file, capsys):
    assert main(["fetch", str(file), "--url", portal.url + RESOURCE, "--quiet"]) == 0
    assert capsys.readouterr() == (f"{file}\n{file}.json\n", "")


def test_a_plain_file_is_fetched_in_one_piece(portal, file, right, caplog):
    portal.faults = {0: faults.dropped}
    fetch_at_once(portal, file, "/some/file.csv?$limit=1000&$order=dr_no")
    assert file.read_bytes() == right
    assert json.loads(Path(f"{file}.json").read_text())["counted"] is None


def test_a_file_that_is_there_is_replaced_only_by_a_whole_one(portal, file, right):
    file.write_text("the old file")
    broken_off(portal, file)
    assert file.read_text() == "the old file"
    fetch_at_once(portal, file)
    assert file.read_bytes() == right


def test_a_temporary_copy_is_gone_afterwards(portal, right):
    with temporary_copy(portal.url + RESOURCE) as path:
        assert path.read_bytes() == right and path.name == "2nrs-mtv8.csv"
    assert not path.parent.exists()


def test_the_token_is_sent_to_its_server_alone(portal, file, monkeypatch):
    monkeypatch.setenv("LACRIME_APP_TOKEN", " secret ")
    with serving(Portal(rows_of(1))) as other:
        fetch_at_once(portal, file)
        assert {headers.get("X-App-Token") or headers.get("X-app-token") for headers in portal.headers} == {"secret"}
        portal.faults = {len(portal.pages_asked()): faults.sent_on(other.url + RESOURCE)}
        with pytest.raises(ValueError, match="neither the same server nor https"):
            fetch_at_once(portal, file)
        assert other.headers == []
    assert "secret" not in Path(f"{file}.json").read_text()


def test_a_token_in_the_address_is_not_kept(portal, file, capsys):
    assert main(["fetch", str(file), "--url", portal.url + ORDERED + "&$$app_token=secret"]) == 0
    assert "secret" not in "".join(capsys.readouterr())
    assert "secret" not in Path(f"{file}.json").read_text()
    assert not any("$$app_token" in options for options in portal.asked)
