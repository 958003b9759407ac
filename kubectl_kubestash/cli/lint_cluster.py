"""Which objects does `lint --live` judge: those of files, or those of the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..api.resources import BACKUP_VERIFICATION_SESSION, NAMESPACE, OURS, SNAPSHOT
from ..errors import ClusterError
from ..gather.sight import Sight
from ..resolve.lint.judgement import readable
from ..resolve.lint.manifests import Manifest
from ..resolve.lint.slips import doubled
from ..resolve.lint.unseen import told
from ..resolve.lint.yaml_reader import Document
from ..resolve.wording import NOT_SUPPORTED
from . import guards, lint_output
from .catalogue_owner import is_ours_alone
from .lint_files import Read
from .lint_live import judge_live

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..api.resources import Resource
    from ..kube.client import Object
    from ..resolve.lint.manifests import LintFinding
    from .settings import Settings

LEFT_OUT = (SNAPSHOT, BACKUP_VERIFICATION_SESSION)
"""Kinds that tell of what has been."""

_STILL_TO_START = {"", "Pending", "Invalid"}
_RUNS = {"BackupSession", "RestoreSession"}

Judged = tuple["list[LintFinding]", tuple[int, str]]


def judged(settings: Settings, files: Sequence[str]) -> Judged:
    """What is wrong, and how many objects were judged. Raises UsageError, LintTrouble."""
    try:
        guards.require_kinds(settings.client)
        return _files(settings, files) if files else _cluster(settings)
    except ClusterError as error:
        lint_output.trouble(error)


def _files(settings: Settings, files: Sequence[str]) -> Judged:
    home = settings.namespace
    read = Read(files, home=home)
    views, wrong = readable(read.manifests)
    homes = {manifest.key.namespace for manifest in read.manifests}
    over = [_placed(manifest) for manifest in read.manifests]
    sight = Sight(settings.client, over, homes=homes)
    wrong += [*doubled(read.manifests), *judge_live(views, sight), *told(sight.hidden)]
    ours = sum(manifest.resource is not None for manifest in read.manifests)
    return read.in_order([*read.findings, *wrong]), (ours, "manifest")


def _placed(manifest: Manifest) -> Object:
    """The object with the namespace that it would get."""
    resource = manifest.resource
    of_others = manifest.raw.get("kind") != NAMESPACE.kind
    namespaced = resource.namespaced if resource else of_others
    place = {"namespace": manifest.key.namespace} if namespaced else {}
    return {**manifest.raw, "metadata": {**manifest.raw["metadata"], **place}}


def _cluster(settings: Settings) -> Judged:
    namespace = settings.scope
    sight = Sight(settings.client, homes=[namespace])
    kinds = [each for each in OURS if each not in LEFT_OUT and (each.namespaced or not namespace)]
    listed = [item for kind in kinds for item in _to_judge(sight, kind, namespace)]
    if not listed and sight.hidden.issuperset(kinds):
        where = f"namespace {namespace}" if namespace else "the cluster"
        raise lint_output.LintTrouble(
            f"your rights show nothing of KubeStash in {where}",
            f"kubectl auth can-i list {kinds[0].plural}.{kinds[0].group}",
        )
    views, findings = readable(listed)
    findings += judge_live(views, sight)
    known = {one.about for one in listed if is_ours_alone(one.raw)}
    news = [one for one in findings if not _is_no_news(one, known)]
    return [*news, *told(sight.hidden)], (len(listed), "object")


def _is_no_news(one: LintFinding, known: set[str]) -> bool:
    """What our catalogue cannot do yet is the same everywhere; what needs it is told of its own."""
    return one.finding.reason == NOT_SUPPORTED and one.about in known


def _to_judge(sight: Sight, kind: Resource, namespace: str) -> Iterable[Manifest]:
    found = sorted(sight.list(kind, namespace), key=_order)
    return [Manifest("", item, Document(item), resource=kind) for item in found if _matters(item)]


def _matters(item: Object) -> bool:
    """Whether something may still come of it: not of a run that began, nor of what is going."""
    phase: Any = (item.get("status") or {}).get("phase") or ""
    is_over = item["kind"] in _RUNS and phase not in _STILL_TO_START
    return not is_over and not item["metadata"].get("deletionTimestamp")


def _order(item: Object) -> tuple[str, str]:
    return str(item["metadata"].get("namespace") or ""), str(item["metadata"]["name"])
