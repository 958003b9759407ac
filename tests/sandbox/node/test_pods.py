"""Pods on the sandbox's node: what their manifests ask for, and what becomes of them."""

from __future__ import annotations

import base64
import http.server
import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.resources import (
    CONFIG_MAP,
    EVENT,
    NODE,
    PERSISTENT_VOLUME_CLAIM,
    POD,
    SECRET,
    ObjectKey,
)
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.config import Login
from kubectl_kubestash.kube.credentials import Credential, Static
from kubectl_kubestash.sandbox.node.host import SERVICE
from tests.waiting import eventually

from .world import state, status

if TYPE_CHECKING:
    from .world import Namespace, Object, World


SIDECAR = {"name": "side", "image": "any", "command": ["sleep", "9"], "restartPolicy": "Always"}


def condition(pod: Object, kind: str) -> Object:
    found = status(pod).get("conditions") or ()
    return next((dict(each) for each in found if each["type"] == kind), {})


def gone(home: Namespace, name: str) -> bool:
    return home.client.find(POD, home.key(name)) is None


def waits_with(home: Namespace, name: str, reason: str) -> bool:
    return state(home.get(POD, name)).get("reason") == reason


def warnings(home: Namespace, reason: str) -> list[str]:
    return [each["message"] for each in home.items(EVENT) if each["reason"] == reason]


def test_the_node_is_ready_and_takes_pods(world: World, home: Namespace) -> None:
    key = ObjectKey("", "sandbox")
    eventually(lambda: condition(world.client.get(NODE, key), "Ready").get("status") == "True")
    home.pod("stays", "sleep 1000")
    pod = home.phase("stays", "Running")
    assert pod["spec"]["nodeName"] == "sandbox"
    assert condition(pod, "Ready")["status"] == "True"


def test_init_containers_come_first_and_in_order(home: Namespace) -> None:
    mount = {"volumeMounts": [{"name": "shared", "mountPath": "/shared"}]}
    inits = [
        {"name": f"first-{n}", "image": "any", "command": ["sh", "-c", f"echo {n} >> /shared/log"]}
        | mount
        for n in (1, 2)
    ]
    home.pod(
        "steps",
        "cat /shared/log; echo done > /dev/termination-log",
        spec={"initContainers": inits},
        volumes=[{"name": "shared", "emptyDir": {}}],
        **mount,
    )
    assert home.ended("steps") == ["1", "2"]
    pod = home.phase("steps", "Succeeded")
    assert state(pod)["message"] == "done\n"
    assert state(pod)["reason"] == "Completed"
    assert condition(pod, "Initialized")["status"] == "True"


def test_an_init_container_that_fails_ends_the_pod_before_the_main_one(home: Namespace) -> None:
    first = {"name": "first", "image": "any", "command": ["sh", "-c", "exit 4"]}
    home.pod("stuck", "echo never", spec={"initContainers": [first]})
    pod = home.phase("stuck", "Failed")
    assert status(pod)["initContainerStatuses"][0]["state"]["terminated"]["exitCode"] == 4
    assert "waiting" in status(pod)["containerStatuses"][0]["state"]


def test_the_environment_comes_from_all_its_sources(home: Namespace) -> None:
    home.create(SECRET, "keys", data={"word": base64.b64encode(b"xyzzy").decode()})
    home.create(CONFIG_MAP, "settings", data={"COLOUR": "blue", "SIZE": "9"})
    env: list[Any] = [
        {"name": "WORD", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "word"}}},
        {
            "name": "NONE",
            "valueFrom": {"secretKeyRef": {"name": "no", "key": "no", "optional": True}},
        },
        {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
        {"name": "ME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['app']"}}},
        {"name": "BOTH", "value": "$(ME)-$(P_COLOUR)-$$(ME)-$(UNKNOWN)"},
    ]
    script = "echo $WORD ${NONE-unset} $NODE; echo $BOTH; echo $0"
    home.create(
        POD,
        "env",
        metadata={"name": "env", "namespace": home.name, "labels": {"app": "shop"}},
        spec={
            "restartPolicy": "Never",
            "containers": [
                {
                    "name": "main",
                    "image": "any",
                    "command": ["sh", "-c", script],
                    "args": ["$(P_SIZE)"],
                    "env": env,
                    "envFrom": [{"configMapRef": {"name": "settings"}, "prefix": "P_"}],
                }
            ],
        },
    )
    expected = ["xyzzy unset sandbox", "shop-blue-$(ME)-$(UNKNOWN)", "9"]
    assert home.ended("env") == expected


def test_volumes_hold_what_their_sources_say(home: Namespace) -> None:
    home.create(SECRET, "keys", data={"a": base64.b64encode(b"one").decode(), "b": "dHdv"})
    home.create(CONFIG_MAP, "settings", data={"colour": "blue"})
    sources = [
        {"configMap": {"name": "settings"}},
        {"downwardAPI": {"items": [{"path": "n", "fieldRef": {"fieldPath": "metadata.name"}}]}},
    ]
    chosen = {"secretName": "keys", "items": [{"key": "b", "path": "in/b", "mode": 0o440}]}
    home.pod(
        "files",
        "find /s -type f; stat -c %a /s/in/b; cat /s/in/b /p/colour /p/n; echo; touch /p/x; :",
        volumes=[
            {"name": "s", "secret": chosen},
            {"name": "p", "projected": {"sources": sources}},
        ],
        volumeMounts=[
            {"name": "s", "mountPath": "/s", "readOnly": True},
            {"name": "p", "mountPath": "/p", "readOnly": True},
        ],
    )
    lines = home.ended("files")
    assert lines[:3] == ["/s/in/b", "440", "twobluefiles"]
    assert "Read-only file system" in lines[-1]


def test_a_claim_is_mounted_where_it_is_asked_for_also_a_part_of_it(home: Namespace) -> None:
    pod_volume = {"name": "data", "persistentVolumeClaim": {"claimName": "data"}}
    whole = [{"name": "data", "mountPath": "/data"}]
    home.pod("first", "mkdir /data/a; echo x > /data/a/f", volumes=[pod_volume], volumeMounts=whole)
    eventually(lambda: '"data" not found' in str(state(home.get(POD, "first")).get("message")))
    resources = {"requests": {"storage": "1Gi"}}
    spec = {"accessModes": ["ReadWriteOnce"], "resources": resources}
    home.create(PERSISTENT_VOLUME_CLAIM, "data", spec=spec)
    home.phase("first", "Succeeded")
    part = [{"name": "data", "mountPath": "/part", "subPath": "a", "readOnly": True}]
    home.pod("second", "cat /part/f; rm /part/f", volumes=[pod_volume], volumeMounts=part)
    assert home.ended("second")[0] == "x"
    out = [{"name": "data", "mountPath": "/out", "subPath": "../.."}]
    home.pod("third", "ls /out", volumes=[pod_volume], volumeMounts=out)
    eventually(lambda: "leads out" in str(state(home.get(POD, "third")).get("message")))
    assert home.get(POD, "third")["status"]["phase"] == "Pending"


def test_the_service_account_reaches_the_server(world: World, home: Namespace) -> None:
    place = "/var/run/secrets/kubernetes.io/serviceaccount"
    home.pod("account", f"cat {place}/namespace; echo; echo $(cat {place}/token); ls {place}")
    lines = home.ended("account")
    assert lines[0] == home.name
    assert {"ca.crt", "namespace", "token"} <= set(lines[2:])
    there = world.client.login
    source = Static(Credential(f"Bearer {lines[1]}"))
    login = Login(there.server, home.name, "", trust=there.trust, source=source)
    with Client(login) as inside:
        assert inside.get(POD, home.key("account"))["metadata"]["name"] == "account"


def test_services_are_found_by_name_on_this_machine(home: Namespace) -> None:
    home.create(SERVICE, "shop", spec={"ports": [{"port": 80}], "selector": {"app": "shop"}})
    home.pod("late", "getent hosts shop; getent hosts $(hostname)")
    script = f"getent hosts shop.{home.name}.svc.cluster.local"
    home.pod("third", script)
    assert [line.split()[0] for line in home.ended("late")] == ["127.0.0.1", "127.0.0.1"]
    assert len(home.ended("third")) == 1


def test_a_container_that_fails_is_started_again_and_then_waits(home: Namespace) -> None:
    script = "echo x >> /d/n; [ $(wc -l < /d/n) = 2 ]"
    volume = [{"name": "d", "emptyDir": {}}]
    mount = [{"name": "d", "mountPath": "/d"}]
    spec = {"restartPolicy": "OnFailure"}
    home.pod("second-try", script, spec=spec, volumes=volume, volumeMounts=mount)
    pod = home.phase("second-try", "Succeeded")
    assert status(pod)["containerStatuses"][0]["restartCount"] == 1
    home.pod("loop", "echo try; exit 5", spec={"restartPolicy": "Always"})
    eventually(lambda: state(home.get(POD, "loop")).get("reason") == "CrashLoopBackOff")
    (entry,) = status(home.get(POD, "loop"))["containerStatuses"]
    assert entry["lastState"]["terminated"]["exitCode"] == 5
    assert entry["restartCount"] == 1
    assert home.lines("loop", number=0) == home.lines("loop", number=1) == ["try"]


def test_deletion_asks_first_and_kills_when_the_grace_is_over(home: Namespace) -> None:
    home.pod("polite", "trap 'exit 0' TERM; while :; do sleep 0.1; done")
    home.pod("deaf", "trap '' TERM; while :; do sleep 0.1; done")
    for name in ("polite", "deaf"):
        home.phase(name, "Running")
        home.client.delete(POD, home.key(name))
    eventually(lambda: gone(home, "polite") and gone(home, "deaf"))
    folders = home.world.folder / "pods"
    eventually(lambda: not list(folders.glob(f"{home.name}_*")))


def test_what_is_missing_is_said_and_waited_for(home: Namespace) -> None:
    env = [{"name": "W", "valueFrom": {"secretKeyRef": {"name": "late", "key": "w"}}}]
    home.pod("waits", "echo $W", env=env)
    eventually(lambda: state(home.get(POD, "waits")).get("reason") == "CreateContainerConfigError")
    assert state(home.get(POD, "waits"))["message"] == 'secret "late" not found'
    field = {"resourceFieldRef": {"resource": "limits.cpu"}}
    home.pod("asks", "echo $W", env=[{"name": "W", "valueFrom": field}])
    eventually(partial(waits_with, home, "asks", "CreateContainerConfigError"))
    assert "resourceFieldRef is not available" in state(home.get(POD, "asks"))["message"]
    home.create(SECRET, "late", data={"w": "eA=="})
    assert home.ended("waits") == ["x"]


def test_an_image_is_never_pulled_and_the_pod_says_so(home: Namespace) -> None:
    home.pod("nginx", "", command=[])
    home.pod("tool", "", command=["/no/such/tool"])
    for name, said in (
        ("nginx", "names no command"),
        ("tool", "/no/such/tool is not on this host"),
    ):
        eventually(partial(waits_with, home, name, "ErrImagePull"))
        assert said in state(home.get(POD, name))["message"]
        assert status(home.get(POD, name))["phase"] == "Pending"
    assert any("names no command" in each for each in warnings(home, "Failed"))


def test_without_bubblewrap_nothing_starts_and_the_pod_says_what_to_install(
    home: Namespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("PATH", "/nowhere")
        home.pod("unwrapped", "echo ran")
        eventually(lambda: "apt-get install" in str(state(home.get(POD, "unwrapped"))))
        assert status(home.get(POD, "unwrapped"))["phase"] == "Pending"
    assert home.ended("unwrapped") == ["ran"]


@pytest.mark.parametrize(
    ("name", "spec", "container", "said"),
    [
        ("net", {"hostNetwork": True}, {}, "hostNetwork"),
        ("root", {}, {"securityContext": {"privileged": True}}, "privileged"),
        ("gpu", {}, {"resources": {"limits": {"example.com/gpu": "1"}}}, "devices"),
        ("car", {"initContainers": [SIDECAR]}, {}, "sidecar"),
        ("disk", {"volumes": [{"name": "v", "nfs": {"server": "s", "path": "/"}}]}, {}, "nfs"),
        ("caps", {}, {"securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}, "SYS_ADMIN"),
        ("etc", {"volumes": [{"name": "v", "hostPath": {"path": "/etc"}}]}, {}, "hostPath"),
    ],
)
def test_what_reaches_for_the_host_is_refused(
    home: Namespace, name: str, spec: Object, container: Object, said: str
) -> None:
    volumes = spec.pop("volumes", ())
    home.pod(name, "echo ran", spec=spec, volumes=volumes, **container)
    pod = home.phase(name, "Failed")
    assert status(pod)["reason"] == "NotInSandbox"
    assert said in status(pod)["message"]
    assert any(said in each for each in warnings(home, "NotInSandbox"))
    home.client.delete(POD, home.key(name))
    eventually(lambda: gone(home, name))


def test_a_directory_of_the_node_is_one_below_the_sandbox(home: Namespace) -> None:
    place = home.world.folder / "host" / home.name
    source = {"path": str(place), "type": "DirectoryOrCreate"}
    mount = [{"name": "v", "mountPath": "/v"}]
    volume = [{"name": "v", "hostPath": source}]
    home.pod("writer", "echo here > /v/f", volumes=volume, volumeMounts=mount)
    home.phase("writer", "Succeeded")
    assert (place / "f").read_text() == "here\n"
    (place / "out").symlink_to("/etc")
    out = [{"name": "v", "hostPath": {"path": f"{place}/out"}}]
    home.pod("out", "ls /v", volumes=out, volumeMounts=mount)
    assert "hostPath" in status(home.phase("out", "Failed"))["message"]


def test_ready_is_who_answers_the_probe(home: Namespace) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    port = server.server_address[1]
    probe = {"tcpSocket": {"port": "web"}}
    ports = [{"name": "web", "containerPort": port}]
    closed = {"name": "web", "containerPort": 1}
    home.pod("up", "sleep 1000", readinessProbe=probe, ports=ports)
    home.pod("down", "sleep 1000", readinessProbe=probe, ports=[closed])
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        eventually(lambda: condition(home.get(POD, "up"), "Ready").get("status") == "True")
        assert condition(home.phase("down", "Running"), "Ready")["status"] == "False"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
