"""An object store that is busy, drops connections or is away: the same numbers as from the disk, or one sentence."""

import functools
import http.server
import logging
import shutil
import sys
import threading
import time

import numpy as np
import pytest
from faulty_proxy import FaultyProxy
from small_files import folder_of, table

import lacrime_geo as lg
from lacrime_geo.scale import stores

pytest.importorskip("s3fs")
moto_server = pytest.importorskip("moto.server")
KEY, SECRET = "AKIAOFTHESETESTS", "secretofthesetests"
PARTS = "s3://incidents/parts"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return three files of two row groups each, larger than what is read of a store at once."""
    tables = [table(seed, 6000) for seed in range(3)]
    return folder_of(tmp_path_factory.mktemp("store") / "parts", *tables, row_group_size=3000)


@pytest.fixture(scope="module")
def store(folder):
    """Return a proxy before a store that has the files as parts/ and one as a CSV."""
    import s3fs

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = moto_server.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    proxy = FaultyProxy(*server.get_host_and_port())
    system = s3fs.S3FileSystem(**options_of(proxy))
    system.mkdir("incidents")
    for file in folder.iterdir():
        system.put(str(file), f"incidents/parts/{file.name}")
    system.pipe("incidents/plain.csv", table(3, 3000).to_pandas().to_csv(index=False).encode())
    yield proxy
    proxy.close()
    server.stop()


@pytest.fixture
def proxy(store, monkeypatch):
    """Return the proxy without faults, and short waits."""
    monkeypatch.setattr(stores, "WAITS", (0.01, 0.02, 0.05, 0.1))
    store.set(None)
    yield store
    store.set(None)


def options_of(proxy, **others):
    # The store's own library is not to try again: then what is tried here is seen.
    return {
        "key": KEY,
        "secret": SECRET,
        "client_kwargs": {"endpoint_url": proxy.address},
        "config_kwargs": {"retries": {"max_attempts": 0}},
        **others,
    }


def scan_of(proxy, address=PARTS + "/*.parquet", client=None):
    return lg.scan_incidents(address, storage_options=options_of(proxy), client=client)


def values_of(scan):
    return lg.kde(scan, bandwidth=500, cell_size=400).values


def one_sentence(caught, *words):
    text = str(caught.value)
    assert "\n" not in text and len(text) < 500, text
    assert all(word in text for word in words), text
    assert KEY not in text and SECRET not in text


@pytest.mark.parametrize("address", [PARTS, PARTS + "/", PARTS + "/*.parquet"])
def test_a_store_gives_what_the_disk_gives(proxy, folder, address):
    assert np.array_equal(values_of(scan_of(proxy, address)), values_of(lg.scan_incidents(folder)))


def test_the_workers_of_a_cluster_ask_the_store_themselves(proxy, folder, cluster):
    scan = scan_of(proxy, client=cluster)
    before = proxy.asked
    found, whole = values_of(scan), values_of(lg.scan_incidents(folder))
    assert np.abs(found - whole).max() <= 1e-12 * whole.max()
    assert proxy.asked > before


@pytest.mark.parametrize(
    ("fault", "address"),
    [
        ("dropped", PARTS + "/*.parquet"),
        ("short", PARTS + "/*.parquet"),
        ("busy", PARTS + "/*.parquet"),
        ("dropped", "s3://incidents/plain.csv"),
    ],
)
def test_faults_now_and_then_change_no_number(proxy, fault, address):
    whole = values_of(scan_of(proxy, address))
    proxy.set(fault, 4)
    found = values_of(scan_of(proxy, address))
    assert proxy.failed >= 1
    assert np.array_equal(found, whole)


@pytest.mark.parametrize("fault", ["dropped", "short"])
def test_a_store_that_always_drops_connections_is_given_up(proxy, monkeypatch, fault):
    import s3fs

    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    monkeypatch.setattr(s3fs.core.S3File, "retries", 1)
    scan = scan_of(proxy)
    proxy.set(fault, methods=("GET",))
    with pytest.raises(OSError) as caught:
        values_of(scan)
    one_sentence(caught, PARTS, "could not be read in 5 tries")


def test_a_store_that_is_away_is_given_up_in_time(proxy, monkeypatch):
    monkeypatch.setattr(stores, "WAITS", (0.2,) * 50)
    monkeypatch.setattr(stores, "LONGEST", 0.5)
    away = FaultyProxy("127.0.0.1", 1)
    away.close()
    begun = time.monotonic()
    with pytest.raises(OSError) as caught:
        scan_of(away)
    one_sentence(caught, PARTS, "could not be read in", "Could not connect")
    assert time.monotonic() - begun < 5


MISSING = {
    "file": PARTS + "/none.parquet",
    "folder": "s3://incidents/none",
    "pattern": "s3://incidents/none/*.parquet",
    "bucket": "s3://no-such-bucket/parts",
}


@pytest.mark.parametrize("what", MISSING)
def test_what_is_not_there_is_told_at_once(proxy, monkeypatch, what):
    monkeypatch.setattr(stores, "WAITS", (30.0,))
    with pytest.raises(FileNotFoundError) as caught:
        scan_of(proxy, MISSING[what])
    one_sentence(caught, MISSING[what])


def test_what_is_not_allowed_is_told_at_once(proxy, monkeypatch):
    monkeypatch.setattr(stores, "WAITS", (30.0,))
    scan = scan_of(proxy)
    proxy.set("denied")
    with pytest.raises(PermissionError) as caught:
        scan_of(proxy)
    one_sentence(caught, PARTS, "storage_options")
    with pytest.raises(PermissionError) as caught:
        values_of(scan)
    one_sentence(caught, "0.parquet", "storage_options")


def test_keys_that_were_not_given_are_asked_for_at_once(proxy, monkeypatch, tmp_path):
    monkeypatch.setattr(stores, "WAITS", (30.0,))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(PermissionError) as caught:
        lg.scan_incidents(PARTS, storage_options={"client_kwargs": {"endpoint_url": proxy.address}})
    one_sentence(caught, PARTS, "credentials", "storage_options")


def test_options_that_the_store_does_not_know_are_named_without_their_values(proxy, monkeypatch):
    monkeypatch.setattr(stores, "WAITS", (30.0,))
    with pytest.raises(ValueError) as caught:
        lg.scan_incidents(PARTS, storage_options={"sekret": SECRET})
    one_sentence(caught, "sekret")
    with pytest.raises(TypeError, match="storage_options must be a dict"):
        lg.scan_incidents(PARTS, storage_options=[SECRET])
    with pytest.raises(ValueError) as caught:
        lg.scan_incidents("nostore://incidents/parts")
    one_sentence(caught, "no store that is known")


def test_a_part_of_a_store_that_is_replaced_or_removed_is_refused(proxy, folder):
    import s3fs

    system = s3fs.S3FileSystem(**options_of(proxy), skip_instance_cache=True)
    for number in (0, 1):
        system.put(str(folder / f"{number}.parquet"), f"incidents/changing/{number}.parquet")
    scan = scan_of(proxy, "s3://incidents/changing")
    assert scan.rows == 12_000
    system.put(str(folder / "2.parquet"), "incidents/changing/1.parquet")
    with pytest.raises(ValueError) as caught:
        values_of(scan)
    one_sentence(caught, "1.parquet", "was changed")
    again = scan_of(proxy, "s3://incidents/changing")
    system.rm("incidents/changing/1.parquet")
    with pytest.raises(FileNotFoundError) as caught:
        values_of(again)
    one_sentence(caught, "changing/1.parquet")
    # What was remembered of the store is asked anew.
    assert scan_of(proxy, "s3://incidents/changing").rows == 6000


def test_a_converted_folder_that_was_not_copied_whole_is_refused(proxy, folder, tmp_path):
    import s3fs

    lg.convert(sorted(folder.glob("*.parquet")), tmp_path / "out")
    system = s3fs.S3FileSystem(**options_of(proxy))
    for file in (tmp_path / "out").iterdir():
        system.put(str(file), f"incidents/copied/{file.name}")
    assert scan_of(proxy, "s3://incidents/copied").rows == 18_000
    system.rm("incidents/copied/part-00000.parquet")
    with pytest.raises((ValueError, FileNotFoundError)) as caught:
        scan_of(proxy, "s3://incidents/copied")
    one_sentence(caught, "part-00000.parquet", "not there")


def test_keys_stand_in_no_text_of_a_scan(proxy, caplog, cluster):
    scan = scan_of(proxy, client=cluster)
    found = lg.kde(scan, bandwidth=500, cell_size=400)
    proxy.set("denied")
    with pytest.raises(PermissionError):
        values_of(scan)
    texts = [repr(scan), repr(scan.parts), repr(scan.pieces), str(found.parameters), repr(found), caplog.text]
    texts += [str(record) for name in cluster.scheduler_info()["workers"] for record in cluster.get_worker_logs()[name]]
    assert not any(secret in text for text in texts for secret in (KEY, SECRET))


def test_signed_addresses_and_passwords_are_not_shown():
    address = "https://me:word@host/folder/a.parquet?X-Amz-Signature=abcdef"
    assert stores.shown(address) == "https://host/folder/a.parquet"
    problem = OSError(f"Cannot reach {address} with Bearer 12345678\nand more")
    said = stores.reason(problem, address, {"headers": {"Authorization": "Bearer 12345678"}})
    assert said == "Cannot reach https://host/folder/a.parquet with …"


@pytest.fixture
def web(tmp_path, folder):
    """Return the address of a web server that gives files only whole, as Python's own does."""
    (tmp_path / "plain.csv").write_text(table(3, 3000).to_pandas().to_csv(index=False))
    shutil.copy(folder / "0.parquet", tmp_path / "0.parquet")
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda self, *given: None})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(quiet, directory=str(tmp_path)))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def test_a_web_server_gives_csv_whole_and_parquet_only_in_pieces(web, tmp_path, monkeypatch):
    pytest.importorskip("aiohttp")
    monkeypatch.setattr(stores, "WAITS", (30.0,))
    assert np.array_equal(
        values_of(lg.scan_incidents(f"{web}/plain.csv?version=2")), values_of(lg.scan_incidents(tmp_path / "plain.csv"))
    )
    with pytest.raises(OSError) as caught:
        values_of(lg.scan_incidents(f"{web}/0.parquet"))
    one_sentence(caught, "0.parquet", "only whole", "download")
    with pytest.raises(OSError) as caught:
        values_of(lg.scan_incidents(f"{web}/*.parquet"))
    one_sentence(caught, "0.parquet", "only whole", "download")
    assert np.array_equal(
        values_of(lg.scan_incidents(f"{web}/*.csv")), values_of(lg.scan_incidents(tmp_path / "plain.csv"))
    )
    with pytest.raises(FileNotFoundError) as caught:
        lg.scan_incidents(f"{web}/none.csv")
    one_sentence(caught, "none.csv")


def test_a_body_that_ends_early_and_pretends_to_be_whole_is_noticed(web, tmp_path, monkeypatch):
    pytest.importorskip("aiohttp")
    monkeypatch.setattr(stores, "WAITS", (0.01,))
    between = FaultyProxy("127.0.0.1", int(web.rsplit(":", 1)[1]))
    whole = values_of(lg.scan_incidents(tmp_path / "plain.csv"))
    between.set("short", 2, methods=("GET",))
    assert np.array_equal(values_of(lg.scan_incidents(f"{between.address}/plain.csv")), whole)
    assert between.failed >= 1
    between.set("short", methods=("GET",))
    with pytest.raises(OSError) as caught:
        lg.scan_incidents(f"{between.address}/plain.csv")
    one_sentence(caught, "plain.csv", "could not be read in 2 tries", "bytes")
    between.close()


@pytest.mark.parametrize("library", ["fsspec", "s3fs"])
def test_a_library_that_is_missing_is_named(monkeypatch, library):
    pytest.importorskip("fsspec")
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, "s3", raising=False)
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError) as caught:
        lg.scan_incidents(PARTS, storage_options={"endpoint_url": "http://127.0.0.1:1"})
    one_sentence(caught, library)
