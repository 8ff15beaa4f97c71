"""The sample city's tiles, served from a process of its own: while QGIS draws, no other thread of the asking one gets on."""

import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

SCRIPT = Path(__file__).with_name("tiles.py")
PATIENCE = 60  # seconds


@contextmanager
def serving_tiles():
    """Serve meanwhile, and give the address: beneath it lie {z}/{x}/{y}.png, and the same of base and names."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([sys.executable, str(SCRIPT), str(port)])
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait()


def _wait_for(port, server):
    until = time.time() + PATIENCE
    while time.time() < until and server.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("The tiles' server does not answer.")
