"""Answers one call of the API server: a path and a body in, a code and a body out."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from ...api.core.backup_configuration import BackupConfiguration
from ...api.kinds import MODELS
from ...api.resources import REPOSITORY
from ...errors import Invalid, KubeStashError, UsageError
from ...gather.configuration import configuration_inputs
from ...resolve.admission.answer import accepted, refused, verdict
from ...resolve.admission.filled_in import filled_in, with_backends
from ...resolve.admission.json_patch import json_patch
from ...resolve.admission.request import UPDATE, AdmissionRequest, parse
from ...resolve.admission.routes import BY_PATH, MUTATE
from ...resolve.findings import Finding
from ...resolve.validation.immutable import immutable_findings
from .judgement import findings_in_cluster

if TYPE_CHECKING:
    from ...api.meta import KubeResource
    from ...gather.reader import Reader

_LOG = logging.getLogger(__name__)
_NO_DEFAULT = frozenset({"NoBackends", "PolicyMissing"})
"""Reasons of findings that say that no default object is known."""


class Reply(NamedTuple):
    """What is answered, and whether that is the last word."""

    code: int
    body: bytes
    content_type: str = "application/json"
    is_final: bool = True
    """False where an object was missed that may have been written a moment ago: ask again."""


class Reviewer:
    """Judges and completes objects by what a reader knows, without a call of its own."""

    def __init__(self, reader: Reader, *, allow_cross_namespace: bool = True) -> None:
        self._reader = reader
        self._allow_cross_namespace = allow_cross_namespace

    def reply(self, path: str, body: bytes) -> Reply:
        """The answer to a POST of this body: 200 with a review, 400 or 404 with one line."""
        route = BY_PATH.get(path)
        if route is None:
            return _line(404, "not found")
        try:
            request = parse(body)
            if request.resource != route.resource:
                return _review(_not_ours(request))
            if request.subresource or request.is_being_deleted:
                return _review(accepted(request.uid))
            return self._mutated(request) if route.verb == MUTATE else self._validated(request)
        except UsageError as error:
            return _line(400, error.message)
        except RecursionError:
            return _line(400, "the object is nested too deeply")

    def _mutated(self, request: AdmissionRequest) -> Reply:
        assert request.resource is not None
        completed, is_final = filled_in(request.resource, request.object), True
        if request.resource == BackupConfiguration.resource:
            completed, is_final = self._with_backends(request, completed)
        patch = json_patch(request.object, completed)
        return _review(accepted(request.uid, patch=patch), is_final=is_final)

    def _with_backends(
        self, request: AdmissionRequest, raw: dict[str, Any]
    ) -> tuple[dict[str, Any], bool]:
        try:
            view = BackupConfiguration.parse(_named(request))
            whole = configuration_inputs(self._reader, view, others=False).configuration
        except KubeStashError:
            return raw, True  # The API server, or the validation, says what is wrong with it.
        backends = whole.spec.backends
        is_complete = bool(backends) and all(each.retention_policy for each in backends)
        return with_backends(raw, whole), is_complete

    def _validated(self, request: AdmissionRequest) -> Reply:
        found = verdict(self._findings(request))
        is_final = not _NO_DEFAULT.intersection(each.reason for each in found.refusals)
        if found.refusals:
            _LOG.info("refused: %s %s", request.operation, found.refusals[0].message)
            return _review(refused(request, found), is_final=is_final)
        return _review(accepted(request.uid, warnings=found.warnings))

    def _findings(self, request: AdmissionRequest) -> list[Finding]:
        resource = request.resource
        assert resource is not None
        found = []
        if request.operation == UPDATE:
            before = filled_in(resource, request.old_object)
            after = filled_in(resource, request.object)
            found = immutable_findings(resource, request.key, before, after)
        if found or resource == REPOSITORY:
            return found
        try:
            view: KubeResource = MODELS[resource].parse(_named(request))
        except Invalid as error:
            return [Finding("Schema", error.message)]
        leave = self._allow_cross_namespace
        try:
            return findings_in_cluster(self._reader, view, allow_cross_namespace=leave)
        except KubeStashError as error:
            # Something that the object refers to is of a version that we do not know.
            _LOG.warning("%s %s is not judged: %s", resource.kind, request.key, error.message)
            return []


def _named(request: AdmissionRequest) -> dict[str, Any]:
    """The object with its namespace, and a name where the server has not made one yet."""
    metadata = request.object.get("metadata") or {}
    key = request.key
    name = key.name or f"{metadata.get('generateName') or ''}…"
    return {**request.object, "metadata": {**metadata, "name": name, "namespace": key.namespace}}


def _not_ours(request: AdmissionRequest) -> dict[str, Any]:
    warning = "KubeStash was asked about a kind that it does not look at here; it was let pass"
    return accepted(request.uid, warnings=[warning])


def _review(document: dict[str, Any], *, is_final: bool = True) -> Reply:
    body = json.dumps(document, separators=(",", ":")).encode()
    return Reply(200, body, is_final=is_final)


def _line(code: int, text: str) -> Reply:
    return Reply(code, f"{text}\n".encode(), "text/plain; charset=utf-8")
