"""From files to the objects in them, and to findings in the order of the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import manifest_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..resolve.lint.manifests import LintFinding, Manifest


class Read:
    """What the files hold."""

    def __init__(self, paths: Sequence[str], *, home: str = "default") -> None:
        """Reads them all; `home` is the namespace of what names none. Raises UsageError."""
        from ..resolve.lint.manifests import manifests_in  # noqa: PLC0415 - loads pydantic

        self.manifests: list[Manifest] = []
        self.findings: list[LintFinding] = []
        self._order: dict[str, int] = {}
        for file in manifest_files.texts(paths):
            self._order[file.name] = len(self._order)
            if file.problem:
                self.findings.append(manifest_files.unreadable(file))
                continue
            found, wrong = manifests_in(file.name, file.text, home=home)
            self.manifests += found
            self.findings += wrong

    def in_order(self, findings: Iterable[LintFinding]) -> list[LintFinding]:
        """Findings as their files were read, then from top to bottom; those of no file first."""
        return sorted(findings, key=lambda one: (self._order.get(one.file, -1), one.place))
