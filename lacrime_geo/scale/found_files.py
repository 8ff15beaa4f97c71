"""The files that a scan is asked for: paths, patterns, folders, and addresses of object stores."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, NamedTuple, TypeVar

from ..data.sources import ENDINGS
from .writing import is_partitioned, require_finished

T = TypeVar("T")
# Waits (s) between tries, after which a store that does not answer is given up.
WAITS = (0.5, 1.0, 2.0, 4.0)
# What another try does not mend.
CERTAIN = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError)
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)


class FoundFile(NamedTuple):
    """A file by its path or address, its size in bytes, and how its store is asked (fsspec; None: it is on this machine)."""

    path: str
    size: int
    options: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """The name without the folders."""
        return self.path.rstrip("/").rsplit("/", 1)[-1]

    @property
    def is_local(self) -> bool:
        """Whether it can be opened by its path."""
        return self.options is None

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """Give what pyarrow can read from: the path, or an open file of the store."""
        if self.is_local:
            yield self.path
            return
        system, path = _system(self.path, self.options)
        with system.open(path, "rb") as file:
            yield file

    @contextmanager
    def copied(self) -> Iterator[Path]:
        """Give a path of this machine, of what a store holds a copy that is gone after the block."""
        if self.is_local:
            yield Path(self.path)
            return
        import tempfile

        with tempfile.TemporaryDirectory(prefix="lacrime_geo-") as folder:
            system, path = _system(self.path, self.options)
            copy = Path(folder) / self.name
            tried(self, lambda: system.get_file(path, str(copy)))
            yield copy


def tried(file: FoundFile, read: Callable[[], T]) -> T:
    """Return what reading gives; of a store that fails try again, some times.

    Raises
    ------
    OSError
        If the store fails each time.
    """
    if file.is_local:
        return read()
    for wait in WAITS:
        try:
            return read()
        except CERTAIN:
            raise
        except Exception:  # stores, their libraries and Arrow share no class of errors
            time.sleep(wait)
            _forget(file)
    try:
        return read()
    except CERTAIN:
        raise
    except Exception as problem:
        said = (str(problem) or type(problem).__name__).splitlines()[0][:200]
        raise OSError(
            f"{file.path} could not be read in {len(WAITS) + 1} tries ({said}); see that the store answers, then run it again."
        ) from problem


def found_files(asked: Any, options: Mapping[str, Any] | None = None) -> list[FoundFile]:
    """Return the files that are meant, those of a folder or a pattern in the order of their names.

    Parameters
    ----------
    asked : path of a file or folder, pattern with ``*``, address such as ``s3://bucket/folder/*.parquet``, or several of these.
    options : how a store is asked, as fsspec takes it.

    Raises
    ------
    TypeError
        If it is none of these.
    ValueError
        If one is named twice, or a folder that was converted to is not complete.
    FileNotFoundError
        If there is none.
    """
    one = isinstance(asked, (str, os.PathLike))
    if not one and (not isinstance(asked, Iterable) or hasattr(asked, "columns") or isinstance(asked, bytes)):
        raise TypeError(f"A scan is of paths, patterns or addresses, not of a {type(asked).__name__}.")
    found = [file for each in ([asked] if one else asked) for file in _each(os.fspath(each), options)]
    if not found:
        raise ValueError("No file was named; name at least one.")
    paths = [file.path for file in found]
    twice = next((path for number, path in enumerate(paths) if path in paths[:number]), None)
    if twice is not None:
        raise ValueError(f"{twice} is named twice; each file is read once.")
    return found


def _each(asked: str, options: Mapping[str, Any] | None) -> list[FoundFile]:
    if _SCHEME.match(asked):
        return _of_store(asked, dict(options or {}))
    path = Path(asked)
    if path.is_dir():
        if is_partitioned(path):
            parts = [path / part["name"] for part in require_finished(path)["parts"]]
        else:
            parts = sorted(one for one in path.iterdir() if _is_meant(one.name) and one.is_file())
    elif any(mark in asked for mark in "*?["):
        parts = sorted(
            one for one in Path(path.anchor or ".").glob(str(path.relative_to(path.anchor))) if one.is_file()
        )
        parts = [one for one in parts if not one.name.startswith((".", "_"))]
    else:
        parts = [path]
    if not parts:
        raise FileNotFoundError(f"There is no file {asked!r} that ends in {', '.join(ENDINGS)}; check the path.")
    missing = next((one for one in parts if not one.exists()), None)
    if missing is not None:
        raise FileNotFoundError(f"There is no file {str(missing)!r}; check the path.")
    return [FoundFile(str(one), one.stat().st_size) for one in parts]


def _is_meant(name: str) -> bool:
    return not name.startswith((".", "_")) and name.lower().endswith(ENDINGS)


def _of_store(address: str, options: dict[str, Any]) -> list[FoundFile]:
    """Return the files of an object store or a web server that an address means."""
    system, path = _system(address, options)
    asked = FoundFile(address, 0, options)
    scheme = address.split("://", 1)[0]
    names: Sequence[str]
    if any(mark in path for mark in "*?["):
        names = tried(asked, lambda: sorted(system.glob(path)))
    elif scheme not in ("http", "https") and tried(asked, lambda: system.isdir(path)):
        names = sorted(name for name in tried(asked, lambda: system.find(path)) if _is_meant(name.rsplit("/", 1)[-1]))
    else:
        names = [path]
    if not names:
        raise FileNotFoundError(f"There is no file {address!r} that ends in {', '.join(ENDINGS)}; check the address.")
    sizes = [int(tried(asked, lambda name=name: system.size(name)) or 0) for name in names]  # type: ignore[misc]
    return [FoundFile(_address(scheme, name), size, options) for name, size in zip(names, sizes)]


def _address(scheme: str, name: str) -> str:
    return name if _SCHEME.match(name) else f"{scheme}://{name}"


def _system(address: str, options: Mapping[str, Any] | None) -> tuple[Any, str]:
    """Return the file system of an address, and the path in it."""
    try:
        import fsspec
    except ImportError:
        raise ImportError(f"{address} is in a store, which needs fsspec: pip install fsspec.") from None
    try:
        system, path = fsspec.core.url_to_fs(address, **dict(options or {}))
    except ImportError as problem:
        raise ImportError(f"{address} is in a store whose library is missing ({problem}).") from None
    except ValueError as problem:
        raise ValueError(f"{address} is of no store that is known ({problem}).") from None
    return system, str(path)


def _forget(file: FoundFile) -> None:
    """Have the store's listing read anew: what it said while it failed may be wrong."""
    system, _ = _system(file.path, file.options)
    system.invalidate_cache()
