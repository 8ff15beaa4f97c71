"""Object stores and web servers: how they are asked, how often again, and what is said of them without their keys."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from typing import Any, Callable, NoReturn, TypeVar

T = TypeVar("T")
# Waits (s) between tries, after which a store that does not answer is given up, as it is after so long a time (s) in all: the
# libraries of stores try and wait themselves.
WAITS = (0.5, 1.0, 2.0, 4.0)
LONGEST = 60.0
LONGEST_REASON = 200
SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
# What another try does not mend: no such file, no right to it, and whatever is wrong on this side.
_CERTAIN = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, ImportError, MemoryError)
_WITHOUT_KEYS = ("NoCredentialsError", "PartialCredentialsError", "ProfileNotFound", "CredentialRetrievalError")
_WHOLE_ONLY = "range requests"  # what fsspec says of a server that gives files from their beginning alone
_SECRET = re.compile("key|secret|token|pass|auth|cred|sas|sign|connection|cookie|user", re.IGNORECASE)
_LEAST_SECRET = 4  # characters; shorter ones stand in any text
# By what stores tell one version of a file from another; the first that is there.
_VERSIONS = (
    "ETag",
    "etag",
    "md5Hash",
    "Content-MD5",
    "LastModified",
    "last_modified",
    "Last-Modified",
    "updated",
    "mtime",
)


class Refused(ValueError):
    """Raised for a file that is another than when the scan began, or holds something else: another try does not mend it."""


def system_of(address: str, options: Mapping[str, Any] | None) -> tuple[Any, str]:
    """Return the file system of an address, and the path in it.

    Raises
    ------
    ImportError
        If fsspec or what it needs for this store is missing.
    ValueError
        If there is no such store, or it knows other options.
    """
    named = shown(address)
    try:
        import fsspec
    except ImportError:
        raise ImportError(f"{named} is in a store, which needs fsspec: pip install fsspec.") from None
    try:
        system, path = fsspec.core.url_to_fs(address, **dict(options or {}))
    except ImportError as problem:
        raise ImportError(f"{named} is in a store whose library is missing ({problem}).") from None
    except ValueError as problem:
        raise ValueError(f"{named} is of no store that is known ({reason(problem, address, options)}).") from None
    except TypeError as problem:
        raise _of_other_options(problem, address, options) from None
    return system, str(path)


def _of_other_options(problem: TypeError, address: str, options: Mapping[str, Any] | None) -> ValueError:
    names = ", ".join(options or {})
    return ValueError(
        f"The store of {shown(address)} does not take the storage_options {names} ({reason(problem, address, options)})."
    )


def shown(address: str) -> str:
    """Return an address as it may be shown: without name and password, and without what is asked, which may be signed."""
    found = SCHEME.match(address)
    if not found:
        return address
    scheme, rest = found.group(), address[found.end() :]
    host, slash, path = rest.partition("/")
    if scheme.lower() in ("http://", "https://"):
        path = re.split("[?#]", path)[0]
    return scheme + host.rsplit("@", 1)[-1] + slash + path


def reason(problem: BaseException, address: str, options: Mapping[str, Any] | None) -> str:
    """Return what an error says, in short and without keys."""
    said = str(problem) or type(problem).__name__
    said = said.replace(address, shown(address))
    for secret in sorted(_secrets(options or {}), key=len, reverse=True):
        said = said.replace(secret, "…")
    said = re.sub(r"(https?://[^\s?'\"]+)\?[^\s'\")]*", r"\1", said)
    return (said.splitlines() or [""])[0][:LONGEST_REASON].rstrip(".")


def _secrets(options: Any, *, secret: bool = False) -> Iterator[str]:
    """Yield the texts among options that are keys, or may be."""
    if isinstance(options, Mapping):
        for name, value in options.items():
            yield from _secrets(value, secret=secret or bool(_SECRET.search(str(name))))
    elif isinstance(options, (list, tuple)):
        for value in options:
            yield from _secrets(value, secret=secret)
    elif secret and isinstance(options, str) and len(options) >= _LEAST_SECRET:
        yield options


def version(told: Mapping[str, Any]) -> tuple[str, ...]:
    """Return by what a file is told from a later one in its place, of what its store tells."""
    mark = next((str(told[name]).strip('"').lower() for name in _VERSIONS if told.get(name) is not None), "")
    return str(told.get("size")), mark


def tried(address: str, options: Mapping[str, Any] | None, read: Callable[[], T]) -> T:
    """Return what reading from a store gives; where it fails try again, some times.

    Raises
    ------
    FileNotFoundError, PermissionError
        If the store has no such file, or does not give it.
    OSError
        If the store fails each time.
    """
    given_up = time.monotonic() + LONGEST
    for number, wait in enumerate((*WAITS, None), start=1):
        try:
            return read()
        except Refused:
            raise
        except Exception as problem:  # stores, their libraries and Arrow share no class of errors
            _refuse_certain(problem, address, options)
            if wait is None or time.monotonic() + wait > given_up:
                times = f"{number} tries" if number > 1 else "one try"
                raise OSError(
                    f"{shown(address)} could not be read in {times} ({reason(problem, address, options)}); see that the store "
                    "answers and the file is whole, then run it again."
                ) from None
            time.sleep(wait)
            forget(address, options)
    raise AssertionError  # the last try returns or raises


def _refuse_certain(problem: Exception, address: str, options: Mapping[str, Any] | None) -> None:
    """Raise in one sentence what another try does not mend. What it came from may quote keys, and is not shown."""
    named, said = shown(address), reason(problem, address, options)
    if isinstance(problem, FileNotFoundError):
        raise FileNotFoundError(f"There is no {named!r} in its store ({said}); check the address.") from None
    if isinstance(problem, PermissionError) or type(problem).__name__ in _WITHOUT_KEYS:
        raise PermissionError(
            f"{named} is not given by its store ({said}); check the keys in storage_options."
        ) from None
    if _WHOLE_ONLY in str(problem):
        raise OSError(
            f"{named} is on a server that gives files only whole, and parquet is read in pieces; download it and scan the copy."
        ) from None
    if isinstance(problem, TypeError):
        raise _of_other_options(problem, address, options) from None
    if isinstance(problem, _CERTAIN):
        raise problem


def forget(address: str, options: Mapping[str, Any] | None) -> None:
    """Have the store's listing read anew: what is remembered of it may be old, or wrong."""
    system, _ = system_of(address, options)
    system.invalidate_cache()


def refuse_changed(name: str) -> NoReturn:
    """Raise that a file was changed."""
    raise Refused(f"{name} was changed since the scan began; scan the files again when they are whole.")
