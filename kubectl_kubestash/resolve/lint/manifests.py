"""Which documents are objects of ours, and are they objects at all?"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from ...api.resources import OURS, ObjectKey
from ..findings import Finding
from ..wording import did_you_mean
from .yaml_reader import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...api.resources import Resource
    from .yaml_reader import Document, Place

ERROR, WARNING = "error", "warning"
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
_LONGEST_NAME = 253
_GROUPS = {resource.group: resource.version for resource in OURS}
_FILES_ONLY = "config.kubestash.com"


class LintFinding(NamedTuple):
    """One thing that is wrong, and where it stands."""

    file: str
    place: Place
    level: str
    """`error` keeps the object from being taken or from running; `warning` does not."""
    finding: Finding
    about: str = ""
    """The object, such as `BackupConfiguration demo/files`; empty for what is no object."""


@dataclass(frozen=True)
class Manifest:
    """An object of one of our kinds, or of another kind that ours refer to."""

    file: str
    raw: Mapping[str, Any]
    document: Document = field(repr=False)
    path: str = ""
    """Where in its document it stands: `items[0]` in a List."""

    resource: Resource | None = None
    """Its kind, when it is one of ours."""

    home: str = "default"
    """The namespace of what names none."""

    @property
    def key(self) -> ObjectKey:
        """Namespace and name."""
        metadata = self.raw["metadata"]
        home = "" if self.resource and not self.resource.namespaced else self.home
        return ObjectKey(str(metadata.get("namespace") or home), str(metadata.get("name") or ""))

    @property
    def folder(self) -> str:
        """What the file lies in: objects of one folder belong together."""
        return self.file.rpartition("/")[0]

    @property
    def about(self) -> str:
        """The object, such as `BackupConfiguration demo/files`."""
        return f"{self.raw.get('kind')} {self.key}"

    def finding(self, finding: Finding, *, level: str = ERROR) -> LintFinding:
        """A finding about this object, with the place of its field."""
        path = ".".join(part for part in (self.path, finding.field) if part)
        return LintFinding(self.file, self.document.place(path), level, finding, self.about)


def manifests_in(
    file: str, text: str, *, home: str = "default"
) -> tuple[list[Manifest], list[LintFinding]]:
    """The objects in a text, and what keeps it from being read as objects.

    `home` is the namespace of those that name none.
    """
    documents, problems = read(text)
    findings = [
        LintFinding(file, problem.place, ERROR, Finding(problem.reason, problem.message))
        for problem in problems
    ]
    manifests: list[Manifest] = []
    for document in documents:
        for value, path in document.objects():
            reader = _Reader(file, document, path)
            manifest = reader.manifest(value)
            findings += reader.findings
            if manifest is not None:
                manifests.append(replace(manifest, home=home))
    return manifests, findings


class _Reader:
    """Makes a Manifest of a value, or says why it is none."""

    def __init__(self, file: str, document: Document, path: str) -> None:
        self._file, self._document, self._path = file, document, path
        self.findings: list[LintFinding] = []

    def manifest(self, value: Any) -> Manifest | None:
        """The object; None when it is none, or none that matters here."""
        if not isinstance(value, dict):
            self._say("NotAnObject", "this is no Kubernetes object, but a list or a single value")
            return None
        if not self._has_identity(value):
            return None
        resource = self._resource(str(value["apiVersion"]), str(value["kind"]))
        metadata = value.get("metadata")
        if resource is not None:
            self._check_metadata(metadata)
        if not isinstance(metadata, dict):
            return None
        return Manifest(self._file, value, self._document, self._path, resource)

    def _has_identity(self, value: dict[str, Any]) -> bool:
        if not value.keys() & {"apiVersion", "kind", "metadata", "spec"}:
            message = "this is no Kubernetes object: it has neither apiVersion nor kind"
            self._say("NotAnObject", message, level=WARNING)
            return False
        wrong = [name for name in ("apiVersion", "kind") if not isinstance(value.get(name), str)]
        for name in wrong:
            problem = "is missing" if value.get(name) is None else "must be a text"
            self._say("NotAnObject", f"{name}: it {problem}", name)
        return not wrong

    def _resource(self, api_version: str, kind: str) -> Resource | None:
        group, _, version = api_version.rpartition("/")
        if group not in _GROUPS:
            if "kubestash" in group and group != _FILES_ONLY:
                hint = did_you_mean(group, _GROUPS)
                self._say(
                    "UnknownGroup", f"apiVersion: there is no group {group}.{hint}", "apiVersion"
                )
            return None
        known = {resource.kind: resource for resource in OURS if resource.group == group}
        if kind not in known:
            elsewhere = [resource for resource in OURS if resource.kind == kind]
            hint = did_you_mean(kind, known)
            if elsewhere:
                hint = f" It is in {elsewhere[0].api_version}."
            self._say("UnknownKind", f"kind: {group} has no kind {kind}.{hint}", "kind")
            return None
        if version != known[kind].version:
            message = f"apiVersion: {kind} is of version {known[kind].version}, not {version!r}"
            self._say("UnknownVersion", message, "apiVersion")
        return known[kind]

    def _check_metadata(self, metadata: Any) -> None:
        if not isinstance(metadata, dict):
            self._say("InvalidMetadata", "metadata: it must be there, and be an object", "metadata")
            return
        name = metadata.get("name")
        if name is None and not metadata.get("generateName"):
            self._say("NameMissing", "metadata.name: the object has no name", "metadata.name")
        for field_name in ("name", "namespace"):
            self._check_name(field_name, metadata.get(field_name))
        for field_name in ("labels", "annotations"):
            self._check_texts(f"metadata.{field_name}", metadata.get(field_name))

    def _check_name(self, field_name: str, name: Any) -> None:
        is_name = isinstance(name, str) and _NAME.fullmatch(name) and len(name) <= _LONGEST_NAME
        if name is not None and not is_name:
            message = (
                f"metadata.{field_name}: {str(name)[:80]!r} is no name: small letters, digits, '-' "
                f"and '.' only, at most {_LONGEST_NAME}"
            )
            self._say("InvalidName", message, f"metadata.{field_name}")

    def _check_texts(self, path: str, texts: Any) -> None:
        if texts is None:
            return
        if not isinstance(texts, dict):
            self._say("InvalidMetadata", f"{path}: it must be an object", path)
            return
        for name, text in texts.items():
            if not isinstance(text, str):
                where = f"{path}.{name}"
                self._say("InvalidMetadata", f"{where}: it must be a text; put it in quotes", where)

    def _say(self, reason: str, message: str, path: str = "", *, level: str = ERROR) -> None:
        where = ".".join(part for part in (self._path, path) if part)
        place = self._document.place(where)
        self.findings.append(LintFinding(self._file, place, level, Finding(reason, message, path)))
