"""Objects that are kept share their words."""

from __future__ import annotations

import json
from typing import Any

from kubectl_kubestash.kube.compact import compact

POD = {
    "metadata": {"name": "files", "labels": {"app.kubernetes.io/managed-by": "kubestash.com"}},
    "spec": {"containers": [{"name": "backup", "args": ["backup", "--namespace=demo"]}]},
    "status": {"ready": True, "restarts": 0, "ratio": 1.5, "nothing": None, "message": "m" * 500},
}


def decoded() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(POD))
    return found


def test_a_compact_object_says_the_same() -> None:
    assert compact(decoded()) == POD


def test_two_documents_share_keys_and_short_texts() -> None:
    one, other = compact(decoded()), compact(decoded())

    for path in (("metadata", "labels"), ("spec",)):
        mine, theirs = one, other
        for part in path:
            mine, theirs = mine[part], theirs[part]
        assert all(a is b for a, b in zip(mine, theirs, strict=True))
    assert one["metadata"]["name"] is other["metadata"]["name"]


def test_the_object_that_was_given_is_left_as_it_is() -> None:
    given = decoded()

    kept = compact(given)
    kept["spec"]["containers"].clear()

    assert given == POD
