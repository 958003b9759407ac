"""Which objects are in a text, where do they stand, and what is said in comments?"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from ..lint.yaml_reader import Document, YamlProblem, read

if TYPE_CHECKING:
    from collections.abc import Iterator

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_COMMENT = re.compile(r"#[^\r\n]*")


@dataclass(frozen=True)
class Found:
    """An object of a text."""

    raw: Mapping[str, Any]
    document: Document
    path: str = ""
    """Where in its document it stands: `items[0]` in a List."""

    comments: tuple[str, ...] = ()
    """Those of its document, as they are; with the first object of it only."""

    def line(self, path: str = "") -> int:
        """The line of a field, or of what is around it."""
        return self.document.place(".".join(part for part in (self.path, path) if part)).line


def objects_in(text: str) -> tuple[list[Found], list[YamlProblem]]:
    """The objects of a text, and what keeps it from being read."""
    documents, problems = read(text)
    problems += [
        YamlProblem("NotAnObject", "this is no Kubernetes object", document.start)
        for document in documents
        if not isinstance(document.value, Mapping | None)
    ]
    if problems:
        return [], problems
    comments = _comments_by_document(text, [each.start.line for each in documents])
    return [
        Found(value, document, path, () if number else tuple(said))
        for document, said in zip(documents, comments, strict=True)
        for number, (value, path) in enumerate(document.objects())
        if isinstance(value, Mapping)
    ], []


def _comments_by_document(text: str, starts: list[int]) -> list[list[str]]:
    """What stands before the first document belongs to it, the rest to the one before it."""
    found: list[list[str]] = [[] for _ in starts]
    for line, comment in _comments(text) if starts else ():
        found[max(0, bisect_right(starts, line) - 1)].append(comment)
    return found


def _comments(text: str) -> Iterator[tuple[int, str]]:
    """Between two tokens of YAML there is nothing but blanks and comments."""
    end, line = 0, 1
    for token in yaml.scan(text, Loader=_LOADER):
        start = token.start_mark.index
        gap = text[end:start]
        for match in _COMMENT.finditer(gap):
            yield line + gap.count("\n", 0, match.start()), match[0]
        if token.end_mark.index > end:
            end, line = token.end_mark.index, token.end_mark.line + 1
