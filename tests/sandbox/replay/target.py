"""One API server that recorded requests are sent to again, each on its own."""

from __future__ import annotations

import http.client
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from kubectl_kubestash.kube import tls
from kubectl_kubestash.kube.config import load

if TYPE_CHECKING:
    from pathlib import Path

    from .exchange import Exchange, Json, Place

NAMESPACE = "replay"
_SUFFIX = "-again"
_AUTHORITY = "kube-root-ca.crt"
"""A ConfigMap that every namespace has; made once and left."""
_JSON, _MERGE = "application/json", "application/merge-patch+json"
_OWN = (
    *("uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "selfLink"),
    *("deletionTimestamp", "deletionGracePeriodSeconds", "generateName"),
    "ownerReferences",  # the owner is not there, and one of the two servers collects by itself
)


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    media_type: str
    body: bytes

    @property
    def content(self) -> Any:
        """JSON decoded, anything else as text."""
        text = self.body.decode(errors="replace")
        try:
            return json.loads(text)
        except ValueError:
            return text

    @property
    def events(self) -> list[Any]:
        """The lines of a watch."""
        return [json.loads(line) for line in self.body.splitlines() if line]


class Target:
    """Sends requests in the namespace `replay`, whatever theirs was."""

    def __init__(self, kubeconfig: Path) -> None:
        login = load(environment={}, kubeconfig=str(kubeconfig))
        parts = urlsplit(login.server)
        self._address = parts.hostname or "", parts.port or 443
        credential = login.source.current()
        self._context = tls.context(login.trust, credential.certificate)
        self._authorization = credential.authorization
        self._connection = self._connected()
        self._prepare()

    def close(self) -> None:
        self._connection.close()

    def _connected(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(*self._address, context=self._context, timeout=60)

    def _prepare(self) -> None:
        for path, body in (
            ("/api/v1/namespaces", {"metadata": {"name": NAMESPACE}}),
            (f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts", {"metadata": {"name": "default"}}),
        ):
            kind = "ServiceAccount" if "service" in path else "Namespace"
            self._json("POST", path, {"apiVersion": "v1", "kind": kind, **body})

    def replay(self, exchange: Exchange) -> Answer:
        """Make what was there, ask again, and take everything away."""
        place = exchange.place
        if place is None:
            return self.send(exchange.method, _of_now(exchange.path), accept=exchange.accept)
        for item in exchange.before:
            if item["metadata"]["name"] == _AUTHORITY:
                self._make(place, item)
        version = self._version(place) if exchange.query.get("watch") else ""
        there = [path for item in exchange.before if (path := self._make(place, item))]
        try:
            return self._ask(exchange, place, version)
        finally:
            for path in {*there, *self._made(exchange, place)}:
                self._remove(path)

    def _ask(self, exchange: Exchange, place: Place, version: str) -> Answer:
        target = place.path(NAMESPACE, name=_name(exchange, place))
        query = exchange.query
        if query.get("watch"):
            query |= {"resourceVersion": version, "timeoutSeconds": "1"}
            query.pop("sendInitialEvents", None)
            query.pop("resourceVersionMatch", None)
        else:
            query.pop("resourceVersion", None)  # what a real one answers to 0 may be old
        if selector := query.get("fieldSelector"):
            query["fieldSelector"] = selector.replace(place.namespace or "\0", NAMESPACE)
        if query:
            target += f"?{urlencode(query, quote_via=quote)}"
        return self.send(
            exchange.method,
            target,
            accept=_without_protobuf(exchange.accept),
            content_type=exchange.content_type,
            body=self._body(exchange, place),
        )

    def _body(self, exchange: Exchange, place: Place) -> bytes:
        """With versions and uids that this server knows."""
        raw = exchange.payload()
        if exchange.is_binary or not raw.startswith(b"{"):
            return raw
        body = json.loads(raw)
        if _makes_for_all(exchange, place):
            body["metadata"]["name"] += _SUFFIX
        now: Json = {}
        if place.name and exchange.status != 409:
            now = self._read(place.path(NAMESPACE, subresource="")).get("metadata", {})
        for part in (body.get("metadata"), body.get("preconditions")):
            if isinstance(part, dict):
                for name in ("resourceVersion", "uid"):
                    if part.get(name):
                        part[name] = now.get(name, "1")
        for part in (body.get("metadata"), body.get("involvedObject")):
            if isinstance(part, dict) and place.namespace and part.get("namespace"):
                part["namespace"] = NAMESPACE
        return json.dumps(body).encode()

    def send(
        self,
        method: str,
        target: str,
        *,
        accept: str = _JSON,
        content_type: str = "",
        body: bytes = b"",
    ) -> Answer:
        """One request as it is."""
        headers = {"Accept": accept or "*/*"}
        headers |= {"Authorization": self._authorization} if self._authorization else {}
        headers |= {"Content-Type": content_type} if content_type else {}
        for _ in range(2):
            try:
                self._connection.request(method, target, body=body or None, headers=headers)
                answer = self._connection.getresponse()
                return Answer(answer.status, answer.headers.get_content_type(), answer.read())
            except (ConnectionError, http.client.HTTPException):
                self._connection.close()
                self._connection = self._connected()
        raise AssertionError(f"{method} {target}: no answer")

    def _json(self, method: str, path: str, body: Json, content_type: str = _JSON) -> Answer:
        return self.send(method, path, content_type=content_type, body=json.dumps(body).encode())

    def _read(self, path: str) -> Json:
        found = self.send("GET", path).content
        return found if isinstance(found, dict) else {}

    def _version(self, place: Place) -> str:
        listed = self._read(place.path(NAMESPACE, name="", subresource=""))
        return str(listed.get("metadata", {}).get("resourceVersion", ""))

    def _make(self, place: Place, item: Json) -> str:
        """The path of an object that was not there before."""
        metadata = {k: v for k, v in item["metadata"].items() if k not in _OWN}
        name = metadata["name"]
        if "namespace" in metadata:
            metadata["namespace"] = NAMESPACE
            place = place._replace(namespace=NAMESPACE)
        body = _alone({**item, "metadata": metadata})
        made = self._json("POST", place.path(NAMESPACE, name="", subresource=""), body)
        path = place.path(NAMESPACE, name=name, subresource="")
        if made.status == 201 and item.get("status"):
            self._json("PATCH", f"{path}/status", {"status": item["status"]}, _MERGE)
        return path if made.status == 201 and name != _AUTHORITY else ""

    def _made(self, exchange: Exchange, place: Place) -> list[str]:
        if exchange.method == "PATCH" and not exchange.before:
            return [place.path(NAMESPACE, name=_name(exchange, place), subresource="")]
        if exchange.method != "POST" or place.name or place.plural.endswith("reviews"):
            return []
        listed = self._read(place.path(NAMESPACE)).get("items", [])
        names = [item["metadata"]["name"] for item in listed]
        kept = {"default", _AUTHORITY}
        if not place.namespace:
            names = [_body_name(exchange) + _SUFFIX]
        return [place.path(NAMESPACE, name=name) for name in names if name and name not in kept]

    def _remove(self, path: str) -> None:
        self._json("PATCH", path, {"metadata": {"finalizers": None}}, _MERGE)
        self.send("DELETE", f"{path}?gracePeriodSeconds=0&propagationPolicy=Background")


def _alone(item: Json) -> Json:
    """The object without what ties it to others that are not there."""
    spec = item.get("spec") or {}
    if item["kind"] == "Event":
        item["involvedObject"]["namespace"] = NAMESPACE
    if item["kind"] == "Job":
        spec.pop("selector", None)
        labels = spec["template"]["metadata"].get("labels") or {}
        spec["template"]["metadata"]["labels"] = {
            name: value for name, value in labels.items() if "controller-uid" not in name
        }
    if item["kind"] == "Pod":
        for name in ("serviceAccount", "serviceAccountName"):
            spec.pop(name, None)
        _drop_token(spec, "volumes")
        for container in (*spec["containers"], *spec.get("initContainers", ())):
            _drop_token(container, "volumeMounts")
    return item


def _drop_token(holder: Json, field: str) -> None:
    parts = holder.pop(field, ())
    if kept := [p for p in parts if not str(p["name"]).startswith("kube-api-access-")]:
        holder[field] = kept


def _body_name(exchange: Exchange) -> str:
    if exchange.is_binary or not exchange.body.startswith("{"):
        return ""
    return str(json.loads(exchange.body).get("metadata", {}).get("name", ""))


def _makes_for_all(exchange: Exchange, place: Place) -> bool:
    """Whether it makes an object of the whole cluster: `install` may have made that one already."""
    is_new = exchange.method == "POST" or (exchange.method == "PATCH" and not exchange.before)
    return is_new and not place.namespace and not place.plural.endswith("reviews")


def _name(exchange: Exchange, place: Place) -> str:
    return place.name + (_SUFFIX if place.name and _makes_for_all(exchange, place) else "")


def _without_protobuf(accept: str) -> str:
    """Only JSON can be compared; who asks for protobuf takes JSON, too."""
    kept = [part for part in accept.split(",") if "protobuf" not in part]
    return ",".join(kept) or _JSON


def _of_now(path: str) -> str:
    """Without the hash of what was served when it was recorded: a real server redirects from it."""
    return re.sub(r"(?<=[?&])hash=[0-9A-F]+&?", "", path).rstrip("?&")
