"""The files that a scan is asked for: paths, patterns, folders, and addresses of object stores."""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Callable, NamedTuple, TypeVar

from ..data.sources import ENDINGS
from . import stores
from .stores import SCHEME, shown, system_of
from .writing import is_partitioned, require_finished
from .writing.manifest import MANIFEST, WORKING

T = TypeVar("T")
log = logging.getLogger("lacrime_geo")


class FoundFile(NamedTuple):
    """A file by its path or address, its size in bytes, and how its store is asked (fsspec; None: it is on this machine).

    `version` tells it from another that is later put in its place.
    """

    path: str
    size: int
    options: Mapping[str, Any] | None = None
    version: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Return the address without keys: clusters write into their logs what their tasks are given."""
        return f"<FoundFile {shown(self.path)}>"

    @property
    def name(self) -> str:
        """The name without the folders."""
        return os.path.basename(self.path) if self.is_local else shown(self.path).rstrip("/").rsplit("/", 1)[-1]

    @property
    def is_local(self) -> bool:
        """Whether it can be opened by its path."""
        return self.options is None

    def tried(self, read: Callable[[], T]) -> T:
        """Return what reading gives; of a store that fails try again, some times."""
        return read() if self.is_local else stores.tried(self.path, self.options, read)

    def of_parquet(self, read: Callable[[], T]) -> T:
        """Return what reading parquet gives, as `tried`; raise in one sentence where the file is damaged."""
        import pyarrow as pa

        try:
            return self.tried(read)
        except (pa.ArrowException, OSError) as problem:
            if not self.is_local or isinstance(problem, (FileNotFoundError, PermissionError, stores.Refused)):
                raise
            # What looks like damage may be that another file is written there.
            self.refuse_changed()
            said = stores.reason(problem, self.path, None)
            raise ValueError(
                f"{self.name} is damaged or no parquet file ({said}); make that file again, or leave it out."
            ) from problem

    @contextmanager
    def named(self) -> Iterator[None]:
        """Have what is said of its rows name it: it is one of many."""
        try:
            yield
        except ValueError as problem:
            if self.name in str(problem):
                raise
            raise ValueError(f"{self.name}: {problem}") from problem

    def refuse_changed(self) -> None:
        """Raise where it is gone, or is another file than when it was found."""
        if not self.version:
            return
        if self.is_local:
            try:
                now = _version(os.stat(self.path))
            except FileNotFoundError:
                raise FileNotFoundError(
                    f"{self.path} is gone since the scan began; scan the files again when they are whole."
                ) from None
        else:
            system, path = system_of(self.path, self.options)
            now = stores.version(system.info(path))
        if now != self.version:
            stores.refuse_changed(self.name)

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """Give what pyarrow can read from: the path, or an open file of the store.

        Raises
        ------
        ValueError
            If it was changed since it was found.
        """
        self.refuse_changed()
        if self.is_local:
            yield self.path
            return
        system, path = system_of(self.path, self.options)
        with system.open(path, "rb") as file:
            yield file

    @contextmanager
    def copied(self) -> Iterator[Path]:
        """Give a path of this machine, of what a store holds a copy that is gone after the block."""
        if self.is_local:
            self.refuse_changed()
            yield Path(self.path)
            return
        import tempfile

        with tempfile.TemporaryDirectory(prefix="lacrime_geo-") as folder:
            copy = Path(folder) / self.name
            self.tried(lambda: self._fetch(copy))
            yield copy

    def _fetch(self, copy: Path) -> None:
        self.refuse_changed()
        system, path = system_of(self.path, self.options)
        system.get_file(path, str(copy))
        came = copy.stat().st_size
        if self.size and came != self.size:
            raise OSError(f"it came with {came:,} of its {self.size:,} bytes")


def told_apart(first: FoundFile, other: FoundFile) -> tuple[str, str]:
    """Return the names of two files, with the folders that they stand in where these alone tell them apart.

    >>> told_apart(FoundFile("2022/part-0.parquet", 9), FoundFile("2023/part-0.parquet", 9))
    ('2022/part-0.parquet', '2023/part-0.parquet')
    """
    files = (first, other)
    if first.name != other.name:
        return first.name, other.name
    one, two = ("/".join([*file.path.split("/")[-2:-1], file.name]) for file in files)
    return one, two


def found_files(asked: Any, options: Mapping[str, Any] | None = None) -> list[FoundFile]:
    """Return the files that are meant, those of a folder or a pattern in the order of their names.

    Parameters
    ----------
    asked : path of a file or folder, pattern with ``*``, address such as ``s3://bucket/folder/*.parquet``, or several of these.
        A folder's files are those in it and in the folders within, but none whose name, or whose folder's name, begins with
        ``.`` or ``_``.
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
    if options is not None and not isinstance(options, Mapping):
        raise TypeError(f"storage_options must be a dict of what the store is told, got {type(options).__name__}.")
    found = [file for each in ([asked] if one else asked) for file in _each(os.fspath(each), options)]
    if not found:
        raise ValueError("No file was named; name at least one.")
    _refuse_twice(found)
    _tell_of_folders(found)
    return found


def is_address(asked: str) -> bool:
    """Tell whether what is asked for is in a store or on a server."""
    return bool(SCHEME.match(asked))


def _refuse_twice(found: Sequence[FoundFile]) -> None:
    seen = set()
    for file in found:
        place = os.path.realpath(file.path) if file.is_local else file.path
        if place in seen:
            raise ValueError(f"{shown(file.path)} is named twice; each file is read once.")
        seen.add(place)


def _tell_of_folders(found: Sequence[FoundFile]) -> None:
    """Say that what folders are called is not read, as it is elsewhere (year=2023)."""
    named = [part for file in found for part in re.split(r"[/\\]", shown(file.path))[:-1] if re.match(r"\w+=.", part)]
    if named:
        names = dict.fromkeys(part.split("=")[0] for part in named)
        log.warning("what folders are called (%s) is not read, only what stands in the files", ", ".join(names))


def _each(asked: str, options: Mapping[str, Any] | None) -> list[FoundFile]:
    if is_address(asked):
        return _of_store(asked, dict(options or {}))
    path = Path(asked)
    if path.is_dir():
        parts = _of_folder(path)
    elif any(mark in asked for mark in "*?["):
        parts = sorted(Path(path.anchor or ".").glob(str(path.relative_to(path.anchor))))
        parts = [one for one in parts if one.is_file() and not _is_hidden(one.name)]
    else:
        parts = [path]
    _refuse_none(asked, parts)
    missing = next((one for one in parts if not one.exists()), None)
    if missing is not None:
        raise FileNotFoundError(f"There is no file {str(missing)!r}; check the path.")
    stats = [one.stat() for one in parts]
    return [FoundFile(str(one), stat.st_size, None, _version(stat)) for one, stat in zip(parts, stats)]


def _of_folder(folder: Path) -> list[Path]:
    """Return the files of a folder and of the folders within."""
    if is_partitioned(folder):
        return [folder / part["name"] for part in require_finished(folder)["parts"]]
    found: list[Path] = []
    for one in sorted(folder.iterdir()):
        if one.is_dir() and not _is_hidden(one.name):
            found += _of_folder(one)
        elif one.is_file() and _is_meant(one.name):
            found.append(one)
    return found


def _refuse_none(asked: str, found: Sized) -> None:
    if not found and any(mark in asked for mark in "*?["):
        raise FileNotFoundError(f"No file is called like {shown(asked)!r}; check the path.")
    if not found:
        raise FileNotFoundError(
            f"There is no file in {shown(asked)!r} that ends in {', '.join(ENDINGS)}; check the path."
        )


def _version(stat: os.stat_result) -> tuple[str, ...]:
    return str(stat.st_size), str(stat.st_mtime_ns)


def _is_meant(name: str) -> bool:
    return not _is_hidden(name) and name.lower().endswith(ENDINGS)


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "_"))


def _of_store(address: str, options: dict[str, Any]) -> list[FoundFile]:
    """Return the files of an object store or a web server that an address means."""
    system, path = system_of(address, options)
    # What an earlier scan was told may have changed.
    system.invalidate_cache()
    told = _told(system, address, path, options)
    scheme = address.split("://", 1)[0]
    _refuse_none(address, told)
    return [
        FoundFile(_address(scheme, name), int(told[name].get("size") or 0), options, stores.version(told[name]))
        for name in sorted(told)
    ]


def _told(system: Any, address: str, path: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a store tells of each file that an address means, by its name there."""
    if any(mark in path for mark in "*?["):
        found = stores.tried(address, options, lambda: system.glob(path, detail=True))
        return {
            # A page of links tells of no file how large it is.
            name: told if told.get("size") is not None else stores.tried(address, options, partial(system.info, name))
            for name, told in found.items()
            if told.get("type") == "file" and not _is_hidden(name.rsplit("/", 1)[-1])
        }
    own = stores.tried(address, options, lambda: system.info(path))
    if own.get("type") != "directory":
        return {path: own}
    found = stores.tried(address, options, lambda: system.find(path, detail=True))
    folder = path.rstrip("/") + "/"
    if {folder + MANIFEST, f"{folder}{WORKING}/{MANIFEST}"} & {*found}:
        _refuse_unfinished(system, folder, found, address, options)
    inner = {name: name[len(folder) :].split("/") for name in found}
    return {
        name: found[name]
        for name, parts in inner.items()
        if _is_meant(parts[-1]) and not any(map(_is_hidden, parts[:-1]))
    }


def _refuse_unfinished(
    system: Any, folder: str, found: Mapping[str, Any], address: str, options: Mapping[str, Any]
) -> None:
    """Raise where a folder that was converted to was copied there before it was complete, or not all of it."""
    record: Mapping[str, Any] = {"finished": False}
    if folder + MANIFEST in found:
        record = json.loads(stores.tried(address, options, lambda: system.cat_file(folder + MANIFEST)))
    if not record["finished"]:
        raise ValueError(f"{shown(address)} is a copy of a conversion that was not finished; copy it when it is.")
    lacking = [part["name"] for part in record["parts"] if folder + part["name"] not in found]
    if lacking:
        raise ValueError(
            f"{len(lacking):,} of the {len(record['parts']):,} parts of {shown(address)} are not there, first {lacking[0]}; "
            "copy the folder again."
        )


def _address(scheme: str, name: str) -> str:
    return name if is_address(name) else f"{scheme}://{name}"
