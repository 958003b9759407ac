"""What `kubectl get` shows of Kubernetes' own kinds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from kubectl_kubestash.sandbox.server.cells import age, at, duration
from kubectl_kubestash.sandbox.server.kinds import Kinds
from kubectl_kubestash.sandbox.server.tables import table

if TYPE_CHECKING:
    from .world import Object


@pytest.fixture(scope="module")
def kinds() -> Kinds:
    return Kinds()


def row(kinds: Kinds, resource: str, obj: Object, **metadata: object) -> dict[str, Any]:
    """The cells of one object by the names of their columns, without its name."""
    kind = kinds.stored(resource)
    call = SimpleNamespace(kind=kind, query={"includeObject": "None"})
    found = {"metadata": {"name": "x", **metadata}, **obj}
    made = table(cast("Any", call), [found], {})
    titles = [one["name"] for one in made["columnDefinitions"]]
    cells = dict(zip(titles, made["rows"][0]["cells"], strict=True))
    del cells["Name"]
    return {title: cell for title, cell in cells.items() if title not in {"Age", "Created At"}}


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (-5, "<invalid>"),
        (-1, "0s"),
        (119, "119s"),
        (120, "2m"),
        (339, "5m39s"),
        (3 * 3600 - 1, "179m"),
        (4 * 3600 + 60, "4h1m"),
        (47 * 3600, "47h"),
        (3 * 86400 + 3600, "3d1h"),
        (100 * 86400, "100d"),
        (800 * 86400, "2y70d"),
    ],
)
def test_a_duration_has_two_units_at_most(seconds: int, shown: str) -> None:
    assert duration(seconds) == shown


def test_an_age_is_counted_from_a_moment() -> None:
    assert age((datetime.now(UTC) - timedelta(hours=5)).isoformat()) == "5h"
    assert age(None) == "<unknown>"


def test_a_path_leads_through_lists() -> None:
    obj = {"status": {"parts": [{"a": 1}, {"a": 2}], "x.y": 3}}
    assert at(obj, ".status.parts[1].a") == 2
    assert at(obj, ".status.parts[7].a") is None
    assert at(obj, ".spec.nope") is None


def status(**state: object) -> Object:
    return {"name": "c", "restartCount": 0, "state": state}


@pytest.mark.parametrize(
    ("found", "shown"),
    [
        ({"phase": "Pending"}, "Pending"),
        ({"phase": "Running", "containerStatuses": [status(running={})]}, "Running"),
        (
            {"phase": "Running", "containerStatuses": [status(waiting={"reason": "ErrImagePull"})]},
            "ErrImagePull",
        ),
        (
            {"phase": "Failed", "containerStatuses": [status(terminated={"exitCode": 3})]},
            "ExitCode:3",
        ),
        (
            {"phase": "Failed", "containerStatuses": [status(terminated={"signal": 9})]},
            "Signal:9",
        ),
        ({"phase": "Pending", "initContainerStatuses": [status(running={})]}, "Init:0/1"),
        (
            {"phase": "Pending", "initContainerStatuses": [status(waiting={"reason": "Bad"})]},
            "Init:Bad",
        ),
        ({"phase": "Failed", "reason": "Evicted"}, "Evicted"),
    ],
)
def test_a_pod_says_where_it_is(kinds: Kinds, found: Object, shown: str) -> None:
    spec = {"containers": [{"name": "c"}], "initContainers": [{"name": "c"}]}
    cells = row(kinds, "pods", {"spec": spec, "status": found})
    assert cells["Status"] == shown
    assert cells["Ready"] == "0/1"


def test_a_pod_that_goes_and_has_come_back_says_so(kinds: Kinds) -> None:
    last = {"terminated": {"finishedAt": datetime.now(UTC).isoformat()}}
    ready = {**status(running={}), "ready": True, "restartCount": 2, "lastState": last}
    pod = {"spec": {"containers": [{"name": "c"}]}, "status": {"containerStatuses": [ready]}}
    cells = row(kinds, "pods", pod, deletionTimestamp="2026-01-01T00:00:00Z")
    assert (cells["Status"], cells["Ready"], cells["Restarts"]) == (
        "Terminating",
        "1/1",
        "2 (0s ago)",
    )


def test_workloads_count_their_pods(kinds: Kinds) -> None:
    template = {"spec": {"containers": [{"name": "c", "image": "i"}]}}
    spec = {"replicas": 3, "selector": {"matchLabels": {"a": "b"}}, "template": template}
    cells = row(kinds, "deployments.apps", {"spec": spec, "status": {"readyReplicas": 1}})
    assert cells == {
        "Ready": "1/3",
        "Up-to-date": 0,
        "Available": 0,
        "Containers": "c",
        "Images": "i",
        "Selector": "a=b",
    }
    cells = row(kinds, "daemonsets.apps", {"spec": spec, "status": {}})
    assert (cells["Desired"], cells["Node Selector"]) == (0, "<none>")
    cron = {"schedule": "@daily", "jobTemplate": {"spec": {"template": template}}}
    cells = row(kinds, "cronjobs.batch", {"spec": cron, "status": {"active": [{}]}})
    assert (cells["Suspend"], cells["Active"], cells["Images"]) == ("False", 1, "i")
    assert cells["Last Schedule"] == "<none>"


@pytest.mark.parametrize("type_", ["Complete", "Failed", "Suspended"])
def test_a_job_says_how_it_ended(kinds: Kinds, type_: str) -> None:
    times = {"startTime": "2026-01-01T00:00:00Z", "completionTime": "2026-01-01T00:01:05Z"}
    found = {**times, "succeeded": 1, "conditions": [{"type": type_, "status": "True"}]}
    cells = row(kinds, "jobs.batch", {"spec": {"completions": 1}, "status": found})
    assert (cells["Status"], cells["Completions"], cells["Duration"]) == (type_, "1/1", "65s")


def test_other_kinds_show_what_matters(kinds: Kinds) -> None:
    cells = row(
        kinds,
        "persistentvolumes",
        {
            "spec": {
                "capacity": {"storage": "1Gi"},
                "accessModes": ["ReadWriteOnce", "ReadWriteMany"],
                "claimRef": {"namespace": "n", "name": "c"},
            },
            "status": {"phase": "Bound"},
        },
    )
    assert (cells["Access Modes"], cells["Claim"], cells["Status"]) == ("RWO,RWX", "n/c", "Bound")
    cells = row(kinds, "services", {"spec": {"ports": [{"port": 80}, {"port": 1, "nodePort": 2}]}})
    assert cells["Port(s)"] == "80/TCP,1:2/TCP"
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    ready["addresses"] = [{"type": "InternalIP", "address": "127.0.0.1"}]
    labels = {"node-role.kubernetes.io/control-plane": ""}
    node = {"spec": {"unschedulable": True}, "status": ready}
    cells = row(kinds, "nodes", node, labels=labels)
    assert (cells["Status"], cells["Roles"]) == ("Ready,SchedulingDisabled", "control-plane")
    assert cells["Internal-IP"] == "127.0.0.1"
    subsets = [{"addresses": [{"ip": "1.2.3.4"}], "ports": [{"port": p} for p in range(5)]}]
    cells = row(kinds, "endpoints", {"subsets": subsets})
    assert cells["Endpoints"] == "1.2.3.4:0,1.2.3.4:1,1.2.3.4:2 + 2 more..."
    subjects = [
        {"kind": "ServiceAccount", "name": "a", "namespace": "n"},
        {"kind": "User", "name": "u"},
    ]
    binding = {"roleRef": {"kind": "Role", "name": "r"}, "subjects": subjects}
    cells = row(kinds, "rolebindings.rbac.authorization.k8s.io", binding)
    assert cells == {"Role": "Role/r", "Users": "u", "Groups": "", "ServiceAccounts": "n/a"}
    event = {
        "involvedObject": {"kind": "Pod", "name": "p"},
        "source": {"component": "k", "host": "h"},
    }
    cells = row(kinds, "events", event)
    assert (cells["Object"], cells["Source"], cells["Count"]) == ("pod/p", "k, h", 1)


def test_every_kind_has_as_many_cells_as_columns(kinds: Kinds) -> None:
    bare: Object = {"roleRef": {"kind": "", "name": ""}, "spec": {}, "status": {}}
    listed = [kind for kind in kinds if kind.is_stored]
    assert len(listed) > 20
    for kind in listed:
        assert row(kinds, kind.resource, bare) is not None
