"""One answer of a web server, whole; or an error that says what came instead."""

from __future__ import annotations

import os
import re
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ...progress import Progress, advance, left_alone
from .patience import Passing

BYTES_AT_ONCE = 1 << 16
TOKEN_VARIABLE, TOKEN_HEADER = "LACRIME_APP_TOKEN", "X-app-token"
WORTH_ANOTHER_TRY = (408, 425, 429, 500, 502, 503, 504)
STILL_WORKING = 202
HERE = ("127.0.0.1", "localhost", "::1")


class Limits(NamedTuple):
    """Hold how many seconds a server may be silent, how many bytes an answer may have, unpacked, and how long it may take."""

    silence: float
    size: int
    seconds: float


def receive(url: str, write: Callable[[bytes], None], limits: Limits, progress: Progress = None) -> str | None:
    """Hand on the body of a server's answer, in parts; return when the server says it was last changed.

    Raises
    ------
    Passing
        If the answer is cut off, too slow, no CSV, or the server says that it cannot for now.
    OSError
        If the server refuses, or cannot prove who it is.
    ValueError
        If the address is not one of the web, or sends on to one that is not safe.
    """
    host = _host(url)
    with _explained(host, limits):
        response = left_alone(lambda: _opened(url, limits.silence), progress)
    with response:
        if response.status == STILL_WORKING:
            raise Passing(f"{host} is still working on the answer", _seconds_asked(response.headers))
        parts = _unpacked(_parts(response, host, limits), response.headers.get("Content-Encoding", ""), host)
        size = 0
        for number, part in enumerate(parts):
            if number == 0:
                _refuse_other_kinds(part, response.headers.get("Content-Type", ""), host)
            size += len(part)
            if size > limits.size:
                raise OSError(f"The answer of {host} is longer than {limits.size:,} bytes; ask for fewer rows at once.")
            write(part)
            advance(progress, 0.0)
        return response.headers.get("Last-Modified")


def _host(url: str) -> str:
    address = urlsplit(url)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ValueError(f"The address must begin with https:// and name a server, got {url!r}.")
    return address.hostname


def _opened(url: str, silence: float) -> Any:
    """Ask for an address, and return the response once it begins."""
    from urllib.request import (
        HTTPDefaultErrorHandler,
        HTTPErrorProcessor,
        HTTPHandler,
        HTTPSHandler,
        OpenerDirector,
        ProxyHandler,
        Request,
    )

    from .redirects import SafeRedirects

    opener = OpenerDirector()
    # No handler of files, FTP or data: what is fetched comes from the web.
    proxies = ProxyHandler({}) if _host(url) in HERE else ProxyHandler()
    for handler in (proxies, HTTPHandler(), HTTPSHandler(), SafeRedirects(), HTTPDefaultErrorHandler()):
        opener.add_handler(handler)
    opener.add_handler(HTTPErrorProcessor())
    return opener.open(Request(url, headers=_headers(url)), timeout=silence)


def _headers(url: str) -> dict[str, str]:
    from ... import __version__

    headers = {"User-Agent": f"lacrime-geo/{__version__}", "Accept": "text/csv, */*;q=0.1", "Accept-Encoding": "gzip"}
    token = os.environ.get(TOKEN_VARIABLE, "").strip()
    # Never in clear over a network.
    if token and (url.startswith("https://") or _host(url) in HERE):
        headers[TOKEN_HEADER] = token
    return headers


@contextmanager
def _explained(host: str, limits: Limits) -> Iterator[None]:
    """Turn what goes wrong on the way into one sentence, and into Passing where another try may help."""
    import http.client
    import socket
    import ssl
    import urllib.error

    try:
        yield
    except urllib.error.HTTPError as problem:
        with problem:
            raise _refusal(problem, host) from problem
    except urllib.error.URLError as problem:
        reason = problem.reason
        if isinstance(reason, ssl.SSLCertVerificationError):
            raise OSError(f"{host} cannot prove who it is ({reason.verify_message}); nothing was fetched.") from problem
        if isinstance(reason, socket.timeout):
            raise Passing(f"{host} did not answer within {limits.silence:g} s") from problem
        unreachable = isinstance(reason, (socket.gaierror, ConnectionRefusedError))
        said = getattr(reason, "strerror", None) or reason
        raise Passing(
            f"{host} cannot be reached ({said}); check the address and the connection to the internet",
            hopeless=unreachable,
        ) from problem
    except socket.timeout as problem:
        raise Passing(f"{host} said nothing for {limits.silence:g} s") from problem
    except (http.client.HTTPException, OSError) as problem:
        said = getattr(problem, "strerror", None) or type(problem).__name__
        raise Passing(f"the connection to {host} broke off ({said})") from problem


def _parts(response: Any, host: str, limits: Limits) -> Iterator[bytes]:
    """Yield the body as it comes; raise when it ends before its length, or takes too long."""
    end = time.monotonic() + limits.seconds
    while True:
        with _explained(host, limits):
            part = response.read1(BYTES_AT_ONCE)
        if not part:
            break
        yield part
        if time.monotonic() > end:
            raise Passing(f"the answer of {host} is not there after {limits.seconds:g} s")
    if response.length:
        raise Passing(f"the answer of {host} broke off {response.length:,} bytes before its end")


def _unpacked(parts: Iterator[bytes], encoding: str, host: str) -> Iterator[bytes]:
    """Yield parts of a body unpacked, never much more at once than came."""
    if encoding.lower() not in ("gzip", "x-gzip"):
        yield from parts
        return
    unpacker = _gzip()
    try:
        for part in parts:
            while part:
                # What is packed may go on with another piece that is packed by itself.
                unpacker = _gzip() if unpacker.eof else unpacker
                unpacked = unpacker.decompress(part, 1 << 20)
                if unpacked:
                    yield unpacked
                part = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
    except zlib.error as problem:
        raise Passing(f"the packed answer of {host} is damaged") from problem
    if not unpacker.eof:
        raise Passing(f"the packed answer of {host} broke off before its end")


def _gzip() -> Any:
    return zlib.decompressobj(16 + zlib.MAX_WBITS)


def _refuse_other_kinds(body: bytes, kind: str, host: str) -> None:
    """Raise when a body begins as a web page or a report of an error does."""
    begin = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if begin[:1] == b"<" or kind.startswith("text/html"):
        raise Passing(f"{host} answers with a web page instead of CSV{_titled(begin)}")
    if begin[:1] in (b"{", b"["):
        raise Passing(f"{host} answers with JSON instead of CSV{_message(begin)}")
    if b"\0" in body:
        raise OSError(f"{host} answers with something that is no text; an address of a plain CSV is needed.")


def _refusal(problem: Any, host: str) -> OSError | ValueError:
    """Return the error for an answer with a status of failure."""
    try:
        body = problem.read(1 << 16)
    except OSError:
        body = b""
    begin = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    said = _message(begin) if begin[:1] == b"{" else _titled(begin)
    if problem.code in WORTH_ANOTHER_TRY:
        asked = _seconds_asked(problem.headers)
        waiting = f" and asks to wait {asked:,.0f} s" if asked else ""
        return Passing(f"{host} answers {problem.code} {problem.reason}{waiting}{said}", asked)
    if 300 <= problem.code < 400:
        place = problem.headers.get("Location", "nowhere")
        return ValueError(f"{host} sends on to {place!r}, which is not followed: {problem.reason}".splitlines()[0])
    # The city renames columns now and then.
    remedy = "; name the columns that there are (columns, --columns)" if b"no-such-column" in body else ""
    return OSError(f"{host} refuses the query: {problem.code} {problem.reason}{said}{remedy}")


def _message(body: bytes) -> str:
    """Return what a report of an error says, with a colon before it."""
    found = re.search(rb'"message"\s*:\s*"((?:[^"\\]|\\.)*)"', body)
    return _told(found[1]) if found else ""


def _titled(body: bytes) -> str:
    found = re.search(rb"<title[^>]*>(.*?)</title>", body, flags=re.IGNORECASE | re.DOTALL)
    return _told(found[1]) if found else ""


def _told(words: bytes) -> str:
    text = " ".join(words.decode("utf-8", "replace").split())
    return f": {text[:200]}" if text else ""


def _seconds_asked(headers: Any) -> float | None:
    """Return the seconds of a Retry-After header, which is a number or a moment."""
    from datetime import datetime, timezone
    from email.utils import parsedate_to_datetime

    text = (headers.get("Retry-After") or "").strip()
    if re.fullmatch(r"\d+", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return max((aware - datetime.now(timezone.utc)).total_seconds(), 0.0)
