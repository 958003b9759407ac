"""The texts of manifests, from files, folders and stdin."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ..resolve.lint.manifests import LintFinding

ENDINGS = (".yaml", ".yml", ".json")
LARGEST = 4 * 1024 * 1024
"""Bytes; an API server takes no object of more than three MiB."""

STDIN = "stdin"


class ManifestFile(NamedTuple):
    """A file that was read, or why it could not be read as a text."""

    name: str
    text: str = ""
    problem: str = ""


def texts(paths: Sequence[str]) -> Iterator[ManifestFile]:
    """All files, those of folders and their folders in order. Raises UsageError that names one."""
    seen: set[Path] = set()
    for path in paths:
        if path == "-":
            yield _text(STDIN, sys.stdin.buffer.read(LARGEST + 1))
            continue
        for file in _files(Path(path)):
            if file not in seen:
                seen.add(file)
                yield _text(str(file), _read(file))


def unreadable(file: ManifestFile) -> LintFinding:
    """The finding for a file that is no text."""
    from ..resolve.findings import Finding  # noqa: PLC0415 - not for --help
    from ..resolve.lint.manifests import ERROR, LintFinding  # noqa: PLC0415 - loads pydantic
    from ..resolve.lint.yaml_reader import BEGINNING  # noqa: PLC0415 - loads yaml

    return LintFinding(file.name, BEGINNING, ERROR, Finding("NotReadable", file.problem))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = [
        each
        for each in path.rglob("*")
        if each.suffix in ENDINGS and each.is_file() and not _is_hidden(each.relative_to(path))
    ]
    if not found:
        raise UsageError(f"-f {path}: there is no file that ends in {', '.join(ENDINGS)}")
    return sorted(found)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(f"-f {path}: {error.strerror}") from None


def _text(name: str, data: bytes) -> ManifestFile:
    if len(data) > LARGEST:
        return ManifestFile(name, problem=f"more than {LARGEST} bytes are no manifest")
    try:
        return ManifestFile(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        return ManifestFile(name, problem=f"this is no UTF-8 text: {error.reason}")
