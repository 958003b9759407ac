"""The rules of krew's validator, so that a manifest is not refused on the day of the release.

https://krew.sigs.k8s.io/docs/developer-guide/plugin-manifest/ and the checks in
https://github.com/kubernetes-sigs/krew/tree/master/internal/index/validation
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlparse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Json = Mapping[str, Any]

SUPPORTED = {
    "linux": {"386", "amd64", "arm", "arm64", "ppc64le"},
    "darwin": {"386", "amd64", "arm64"},
    "windows": {"386", "amd64", "arm64"},
}
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{d}{n}" for d in ("com", "lpt") for n in range(10)}
_VERSION = re.compile(r"v(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[\w.-]+)?")


def objections(manifest: Json) -> list[str]:
    """Everything that the validator would refuse, one line each."""
    return [*_header(manifest), *_texts(manifest["spec"]), *_platforms(manifest["spec"])]


def _header(manifest: Json) -> Iterator[str]:
    if manifest["apiVersion"] != "krew.googlecontainertools.github.com/v1alpha2":
        yield "apiVersion is not krew's"
    if manifest["kind"] != "Plugin":
        yield "kind is not Plugin"
    name = manifest["metadata"]["name"]
    if not re.fullmatch(r"[\w-]+", name, re.ASCII) or name.lower() in _RESERVED:
        yield f"metadata.name {name!r} cannot be a file name everywhere"


def _texts(spec: Json) -> Iterator[str]:
    if not _VERSION.fullmatch(spec["version"]):
        yield f"spec.version {spec['version']!r} is not a semantic version with a leading v"
    text = spec.get("shortDescription", "")
    if not text or "\n" in text or len(text) > 60:
        yield "spec.shortDescription is not one short line"


def _platforms(spec: Json) -> Iterator[str]:
    platforms = spec.get("platforms") or []
    if not platforms:
        yield "spec.platforms is empty"
    for number, platform in enumerate(platforms):
        for objection in _platform(platform):
            yield f"spec.platforms[{number}].{objection}"
    chosen = [_pairs(platform) for platform in platforms]
    if any(one & other for one, other in itertools.combinations(chosen, 2)):
        yield "spec.platforms overlap"


def _platform(platform: Json) -> Iterator[str]:
    if not re.fullmatch(r"[0-9a-f]{64}", platform.get("sha256", "")):
        yield "sha256 is not 64 lower case hexadecimal digits"
    if not urlparse(platform.get("uri", "")).netloc:
        yield "uri is not a URL"
    if not _pairs(platform):
        yield "selector matches no supported platform"
    if set(platform["selector"].get("matchLabels", {})) - {"os", "arch"}:
        yield "selector has keys other than os and arch"
    program = platform.get("bin", "")
    if not program or program.startswith("/") or ".." in program.split("/"):
        yield "bin is not a path inside of the archive"
    if any(system == "windows" for system, _ in _pairs(platform)) != program.endswith(".exe"):
        yield "bin ends in .exe on Windows, and only there"
    if "files" in platform and not platform["files"]:
        yield "files is an empty list; leave it out for the whole archive"


def _pairs(platform: Json) -> set[tuple[str, str]]:
    labels = platform["selector"].get("matchLabels") or {}
    return {
        (system, processor)
        for system, processors in SUPPORTED.items()
        for processor in processors
        if labels
        and labels.get("os", system) == system
        and labels.get("arch", processor) == processor
    }
