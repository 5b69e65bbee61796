"""Where an ensemble lies: a folder of this machine, or of any store that fsspec knows."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem
from zarr.storage import FsspecStore, LocalStore

from havenward.run.request import RunError


@dataclass(frozen=True)
class Place:
    """A folder: files are written whole or not at all."""

    url: str

    @classmethod
    def at(cls, url: str) -> Place:
        """Return the place of an address; of this machine by its whole path, which every process finds.

        Raises:
            RunError: there is no such kind of store, or what it needs is not installed.
        """
        try:
            fs, root = fsspec.core.url_to_fs(url)
        except (ValueError, ImportError) as error:
            raise RunError(f"{url} is no place that can be written to: {error}") from error
        return cls(root if isinstance(fs, LocalFileSystem) else url.rstrip("/"))

    def _there(self) -> tuple[Any, str]:
        fs, root = fsspec.core.url_to_fs(self.url)
        return fs, root.rstrip("/")

    @property
    def is_file(self) -> bool:
        """Whether a file of this machine lies there, and no folder."""
        fs, root = self._there()
        return isinstance(fs, LocalFileSystem) and Path(root).is_file()

    @contextlib.contextmanager
    def reached(self) -> Iterator[None]:
        """Tell in one sentence what goes wrong at the place: every store raises errors of its own kinds.

        Raises:
            RunError: anything did.
        """
        try:
            yield
        except RunError:
            raise
        except Exception as error:
            raise RunError(f"{self.url} cannot be read or written: {type(error).__name__}: {error}") from error

    def zarr(self, name: str) -> LocalStore | FsspecStore:
        """Return the zarr store of that name in it."""
        fs, root = self._there()
        if isinstance(fs, LocalFileSystem):
            return LocalStore(Path(root) / name)
        return FsspecStore.from_url(f"{self.url}/{name}")

    def read(self, name: str) -> bytes | None:
        """Return what a file holds, or None where it is not there."""
        fs, root = self._there()
        with self.reached():
            try:
                content: bytes = fs.cat_file(f"{root}/{name}")
            except FileNotFoundError:
                return None
            return content

    def write(self, name: str, content: bytes) -> None:
        """Write a file: on this machine aside, then flushed to the disk and put in place; other stores put whole objects."""
        fs, root = self._there()
        with self.reached():
            if isinstance(fs, LocalFileSystem):
                _write_whole(Path(root) / name, content)
            else:
                fs.pipe_file(f"{root}/{name}", content)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        fs, root = self._there()
        with self.reached(), contextlib.suppress(FileNotFoundError):
            fs.rm_file(f"{root}/{name}")

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder of it, sorted; none where it is not there."""
        fs, root = self._there()
        fs.invalidate_cache()
        with self.reached():
            try:
                found = fs.ls(f"{root}/{folder}".rstrip("/"), detail=False)
            except FileNotFoundError:
                return []
        names = (str(path).rstrip("/").rsplit("/", 1)[-1] for path in found)
        return sorted(name for name in names if not name.startswith("."))

    def below(self, folder: str) -> frozenset[str]:
        """Return the names of all files below a folder of it, however deep, with `/` between; none where it is not there."""
        fs, root = self._there()
        fs.invalidate_cache()
        start = f"{root}/{folder}"
        with self.reached():
            found = (str(path) for path in fs.find(start))
            return frozenset(path[path.index(start) + len(start) + 1 :] for path in found)

    def contents(self, folder: str) -> Mapping[str, bytes]:
        """Return what the files in a folder of it hold, by name; those that cannot be read are left out."""
        fs, root = self._there()
        names = {f"{root}/{folder}/{name}": name for name in self.names(folder)}
        with self.reached():
            # fetched together: one after the other, thousands of objects would take minutes
            found = fs.cat(list(names), on_error="omit") if names else {}
        return {names[path]: content for path, content in found.items()}


def _write_whole(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise
