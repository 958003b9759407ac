"""`addon lint`: what is wrong with Addons and Functions, in files or in the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.addons.addon import Addon
from ..api.addons.function import Function
from ..api.resources import ADDON, FUNCTION
from ..errors import ClusterError, UsageError
from ..resolve.addon_lint import addon_problems, function_problems
from ..resolve.lint.judgement import readable, said
from ..resolve.lint.manifests import Manifest
from ..resolve.lint.yaml_reader import Document
from . import bundle, lint_output, lookup
from .lint_files import Read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ..kube.client import Client, Object
    from ..resolve.lint.manifests import LintFinding
    from .settings import Settings

_KINDS = {ADDON.kind: ADDON, FUNCTION.kind: FUNCTION}
Judged = tuple["list[LintFinding]", tuple[int, str]]
"""What is wrong, and how many objects of which kind were looked at."""


def judged(settings: Settings, name: str, files: Sequence[str], *, built_in: bool) -> Judged:
    """The findings and how many Addons there are. Raises UsageError, LintTrouble."""
    if sum(map(bool, (name, files, built_in))) > 1:
        raise UsageError("choose one of NAME, -f and --built-in")
    if files:
        return _in_files(files)
    if built_in:
        return _counted(_as_manifests(bundle.catalogue()), {})
    try:
        return _in_cluster(settings.client, name)
    except ClusterError as error:
        lint_output.trouble(error)


def _in_files(files: Sequence[str]) -> Judged:
    read = Read(files)
    mine = [each for each in read.manifests if each.resource in _KINDS.values()]
    known = {function.metadata.name: function for function in _functions(bundle.catalogue())}
    findings, counted = _counted(mine, known)
    return read.in_order([*read.findings, *findings]), counted


def _in_cluster(client: Client, name: str) -> Judged:
    functions = client.list(FUNCTION)
    if not name:
        return _counted(_as_manifests([*client.list(ADDON), *functions]), {})
    addon = lookup.addon(client, name)
    spec = addon.get("spec") or {}
    tasks = [*(spec.get("backupTasks") or ()), *(spec.get("restoreTasks") or ())]
    named = {task.get("function") for task in tasks}
    of_addon = [each for each in functions if each["metadata"]["name"] in named]
    known = {function.metadata.name: function for function in _functions(functions)}
    return _counted(_as_manifests([addon, *of_addon]), known)


def _counted(manifests: Sequence[Manifest], known: Mapping[str, Function]) -> Judged:
    """Judge these; `known` are Functions that may be named beside those among them."""
    views, findings = readable(manifests)
    among = {view.metadata.name: view for _, view in views if isinstance(view, Function)}
    functions = {**known, **among}
    for manifest, view in views:
        if isinstance(view, Addon):
            findings += said(manifest, addon_problems(view, functions))
        elif isinstance(view, Function):
            findings += said(manifest, function_problems(view))
    return findings, (sum(each.resource == ADDON for each in manifests), "addon")


def _functions(raw: Iterable[Object]) -> list[Function]:
    views, _ = readable(_as_manifests([each for each in raw if each["kind"] == FUNCTION.kind]))
    return [view for _, view in views if isinstance(view, Function)]


def _as_manifests(objects: Iterable[Object]) -> list[Manifest]:
    """Objects of no file."""
    return [Manifest("", each, Document(each), resource=_KINDS[each["kind"]]) for each in objects]
