"""The backend's own files: get, put, list and delete of small objects, on any provider.

Nothing else opens the store. `put` is atomic: a reader sees the old content or the new. restic's
own objects are touched in two cases only, both by full name: the lock of a pod that is proven gone,
and a directory that is to be removed as a whole.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, cast

from ..errors import BackendError
from ..resolve.backend import AZURE, GCS, LOCAL, S3, StoreSettings
from .backend_reason import reason_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from obstore.store import ObjectStore

T = TypeVar("T")
_BATCH = 1000
_LARGEST = 4 << 20
"""Bytes that one of our own files may have; etcd takes no object of half of that."""


class Changed(BackendError):
    """Somebody else has written the object since we read it."""


class Content(NamedTuple):
    """What an object holds, and which version of it that was."""

    data: bytes
    version: str


class Backend:
    """The files below the root of one BackupStorage. Paths have no slash at the beginning."""

    def __init__(self, settings: StoreSettings, *, name: str, patience: float = 30.0) -> None:
        """`name` is what messages call it; `patience` limits each operation, in seconds."""
        self._settings = settings
        self._name = name
        self._patience = patience
        self._is_local = settings.provider == LOCAL
        self._store = self._ask("opened", lambda: _open(settings, patience))

    def find(self, path: str) -> Content | None:
        """One object, or None when it is not there. Raises BackendError for a huge one."""

        def read() -> Content | None:
            import obstore  # noqa: PLC0415

            try:
                result = obstore.get(self._store, path)
            except FileNotFoundError:
                return None
            if (size := int(result.meta["size"])) > _LARGEST:
                raise ValueError(f"it has {size} bytes, which no file of ours has")
            return Content(bytes(result.bytes()), str(result.meta.get("e_tag") or ""))

        return self._ask(f"read at {path}", read)

    def put(self, path: str, data: bytes) -> None:
        """Write an object as a whole."""
        if self._is_local:
            self._ask(f"written at {path}", lambda: self._write_local(path, data))
            return
        self._put(path, data, None)

    def put_if_unchanged(self, path: str, data: bytes, before: Content | None) -> None:
        """Write an object unless somebody else was faster. Raises Changed.

        Where a store knows no conditions, it writes in any case.
        """
        if self._is_local:
            with _alone(Path(self._settings.root), self._patience):
                if self.find(path) != before:
                    raise Changed(f"{self._name}: {path} was changed by somebody else.")
                self.put(path, data)
            return
        mode: Any = {"e_tag": before.version} if before is not None else "create"
        self._put(path, data, mode)

    def names(self, directory: str) -> list[str]:
        """All objects below a directory, in no order."""

        def read() -> list[str]:
            import obstore  # noqa: PLC0415

            prefix = f"{directory.strip('/')}/" if directory.strip("/") else None
            pages = obstore.list(self._store, prefix, chunk_size=_BATCH)
            return [str(meta["path"]) for page in pages for meta in page]

        return self._ask(f"listed below {directory or '/'}", read)

    def children(self, directory: str) -> tuple[str, ...]:
        """The names directly below a directory: of directories only, sorted."""

        def read() -> tuple[str, ...]:
            import obstore  # noqa: PLC0415

            prefix = f"{directory.strip('/')}/" if directory.strip("/") else None
            found = obstore.list_with_delimiter(self._store, prefix)
            return tuple(sorted(str(path).rsplit("/", 1)[-1] for path in found["common_prefixes"]))

        return self._ask(f"listed at {directory or '/'}", read)

    def delete(self, *paths: str) -> None:
        """Remove these objects; one that is not there is no error."""

        def remove() -> None:
            import obstore  # noqa: PLC0415

            for path in paths:
                try:
                    obstore.delete(self._store, path)
                except FileNotFoundError:
                    continue

        if paths:
            self._ask(f"removed at {paths[0]}", remove)

    def delete_directory(self, directory: str, *, keep: str = "") -> int:
        """Remove everything below a directory but the object `keep`; how many objects that was.

        Raises BackendError for an empty directory: the root is never removed.
        """
        if not directory.strip("/. "):
            raise BackendError(f"{self._name}: the root of a backend is never removed.")
        if self._is_local:
            below = Path(self._settings.root, directory)
            kept = Path(self._settings.root, keep) if keep else None
            return self._ask(f"removed below {directory}", lambda: _remove_tree(below, kept))
        doomed = [path for path in self.names(directory) if path != keep]
        for start in range(0, len(doomed), _BATCH):
            batch = doomed[start : start + _BATCH]
            self._ask(f"removed below {directory}", partial(self._remove, batch))
        return len(doomed)

    def _remove(self, paths: list[str]) -> None:
        import obstore  # noqa: PLC0415

        obstore.delete(self._store, paths)

    def _put(self, path: str, data: bytes, mode: Any) -> None:
        import obstore  # noqa: PLC0415
        from obstore.exceptions import (  # noqa: PLC0415
            AlreadyExistsError,
            NotSupportedError,
            PreconditionError,
        )

        def write() -> None:
            try:
                obstore.put(self._store, path, data, mode=mode, use_multipart=False)
            except (AlreadyExistsError, PreconditionError):
                message = f"{self._name}: {path} was changed by somebody else."
                raise Changed(message) from None
            except (NotSupportedError, NotImplementedError):
                obstore.put(self._store, path, data, use_multipart=False)

        self._ask(f"written at {path}", write)

    def _write_local(self, path: str, data: bytes) -> None:
        """Through a file beside it, forced to disk before it takes the name."""
        target = Path(self._settings.root, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise

    def _ask(self, what: str, action: Callable[[], T]) -> T:
        from obstore.exceptions import BaseError  # noqa: PLC0415

        try:
            return action()
        except (BaseError, OSError, ValueError) as error:
            reason = reason_of(str(error))
            raise BackendError(f"{self._name} could not be {what}: {reason}") from None


def _open(settings: StoreSettings, patience: float) -> ObjectStore:
    from obstore import store as stores  # noqa: PLC0415

    if settings.provider == LOCAL:
        root = Path(settings.root)
        if not root.is_dir():
            raise FileNotFoundError(f"{root} is not a directory: is the volume mounted?")
        return stores.LocalStore(root)
    client: Mapping[str, Any] = {
        "connect_timeout": timedelta(seconds=min(5.0, patience)),
        "timeout": timedelta(seconds=patience),
        **settings.client,
    }
    options: dict[str, Any] = {
        "prefix": settings.root or None,
        "config": dict(settings.config),
        "client_options": client,
        "retry_config": {"max_retries": 3, "retry_timeout": timedelta(seconds=patience)},
    }
    makers: Mapping[str, Callable[..., Any]] = {
        S3: stores.S3Store,
        GCS: stores.GCSStore,
        AZURE: stores.AzureStore,
    }
    return cast("ObjectStore", makers[settings.provider](**options))


@contextmanager
def _alone(root: Path, patience: float) -> Iterator[None]:
    """One writer at a time in this folder, as far as its file system knows locks."""
    deadline = time.monotonic() + patience
    descriptor = os.open(root, os.O_RDONLY)
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    raise BackendError(f"Somebody else has locked {root}.") from None
                time.sleep(0.05)
            except OSError:
                break  # no locks here
            else:
                break
        yield
    finally:
        os.close(descriptor)


def _remove_tree(directory: Path, keep: Path | None) -> int:
    """Remove all below a directory but one file; how many files. Links go, what they name stays.

    Not by the store's own list, which follows symbolic links out of the directory.
    """
    count = 0
    for current, directories, files in os.walk(directory, topdown=False):
        here = Path(current)
        links = [name for name in directories if (here / name).is_symlink()]
        for path in (here / name for name in (*files, *links)):
            if path != keep:
                path.unlink(missing_ok=True)
                count += 1
        if not any(here.iterdir()):
            here.rmdir()
    return count
