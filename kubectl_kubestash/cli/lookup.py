"""From what was typed to kinds and objects; what is not there is answered with what is near."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, NamedTuple

from ..api.resources import ADDON, OURS, ObjectKey, Resource, ours_by_word
from ..errors import ClusterError, Forbidden, NotFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..kube.client import Client, Object

LATEST = "@latest"


def kind(word: str) -> Resource:
    """The kind that a word means. Raises UsageError with near words."""
    resource = ours_by_word(word)
    if resource is not None:
        return resource
    words = [name for known in OURS for name in (known.plural, known.singular)]
    near = difflib.get_close_matches(word.lower(), [*words, "sessions", "storages"], n=2)
    hints = [f"did you mean {' or '.join(near)}?"] if near else []
    known_words = ", ".join(known.plural for known in OURS)
    raise UsageError(f"KubeStash has no kind {word!r}", *hints, f"kinds: {known_words}")


def get(client: Client, resource: Resource, namespace: str, name: str) -> Object:
    """One object; `@latest` is the newest one. Raises NotFound with near names."""
    if "@" in name:
        return latest(client, resource, namespace, name)
    key = ObjectKey(namespace if resource.namespaced else "", name)
    try:
        return client.get(resource, key)
    except NotFound as error:
        raise with_near_names(error, client, resource, key) from None


def key(client: Client, resource: Resource, namespace: str, name: str) -> ObjectKey:
    """The key of an object that is there. Raises NotFound with near names."""
    found = get(client, resource, namespace, name)["metadata"]
    return ObjectKey(found.get("namespace", ""), found["name"])


def find_all(client: Client, resource: Resource, namespace: str, names: list[str]) -> list[Object]:
    """Each of these objects. Raises NotFound with near names for the first that is missing."""
    return [get(client, resource, namespace, name) for name in names]


def with_near_names(
    error: NotFound, client: Client, resource: Resource, key: ObjectKey
) -> NotFound:
    """The same error, with the names that are near the one typed, or where else it is."""
    if error.hints:
        return error
    try:
        known = _known(client, resource, key.namespace)
    except ClusterError:
        return error
    here = [o["metadata"]["name"] for o in known if _namespace(o) == key.namespace]
    hints = suggestions(key.name, here)
    elsewhere = [_namespace(o) for o in known if o["metadata"]["name"] == key.name]
    if elsewhere:
        hints = [f"it is in namespace {elsewhere[0]}: add -n {elsewhere[0]}", *hints]
    hints = hints or [_list_of(resource, key.namespace if here else "")]
    return type(error)(error.message, *hints, code=error.code, reason=error.reason)


def _known(client: Client, resource: Resource, namespace: str) -> list[Object]:
    """All objects of a kind; for who may see one namespace alone, those there."""
    try:
        return client.list(resource)
    except Forbidden:
        return client.list(resource, namespace)


def _list_of(resource: Resource, namespace: str) -> str:
    where = f" -n {namespace}" if namespace else " -A"
    return f"kubectl kubestash get {resource.plural}{where if resource.namespaced else ''}"


def suggestions(name: str, known: Iterable[str]) -> list[str]:
    """A hint with the names that are near, or all of them when they are few."""
    names = sorted(set(known))
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.6)
    if near:
        return [f"did you mean {' or '.join(near)}?"]
    return [f"there are: {', '.join(names)}"] if 0 < len(names) <= 5 else []


class Latest(NamedTuple):
    """`[CONFIG]@latest[:SESSION]`: the newest of those that fit."""

    configuration: str = ""
    session: str = ""

    def fits(self, item: Object) -> bool:
        """Whether it is a run of that configuration and that session."""
        session = item.get("spec", {}).get("session")
        return self.configuration in {"", _configuration(item)} and self.session in {"", session}

    def __str__(self) -> str:
        of_session = f" of session {self.session!r}" if self.session else ""
        of_configuration = f" of {self.configuration!r}" if self.configuration else ""
        return of_session + of_configuration


def parse_latest(word: str) -> Latest:
    """What a word with an @ means. Raises UsageError for any that is not `@latest`."""
    configuration, _, rest = word.partition("@")
    head, _, session = rest.partition(":")
    if f"@{head}" != LATEST:
        raise UsageError(f"{word!r} is not known", "@latest, CONFIG@latest or @latest:SESSION")
    return Latest(configuration, session)


def latest(client: Client, resource: Resource, namespace: str, word: str = LATEST) -> Object:
    """The object that was made last, of a configuration or session when the word names one.

    Raises NotFound when there is none, UsageError for another word with an @.
    """
    wanted = parse_latest(word)
    known = client.list(resource, namespace)
    found = [item for item in known if wanted.fits(item)]
    if not found:
        hints = _near_configurations(wanted, known) if wanted.configuration else []
        raise NotFound(
            f"there is no {resource.singular}{wanted} in namespace {namespace!r}",
            *(hints or [f"kubectl kubestash get {resource.plural} -A"]),
            reason="NotFound",
        )
    return max(found, key=lambda item: (item["metadata"].get("creationTimestamp", ""),))


def addon(client: Client, name: str) -> Object:
    """An Addon. Raises NotFound with near names."""
    return get(client, ADDON, "", name)


def _namespace(item: Object) -> str:
    return str(item["metadata"].get("namespace", ""))


def _near_configurations(wanted: Latest, runs: Iterable[Object]) -> list[str]:
    known = set(filter(None, map(_configuration, runs)))
    return [] if wanted.configuration in known else suggestions(wanted.configuration, known)


def _configuration(run: Object) -> str:
    return str(run.get("spec", {}).get("invoker", {}).get("name", ""))
