"""Create, change, delete: what holds for every kind."""

from __future__ import annotations

import pytest

from .world import JSON_PATCH, MERGE, STRATEGIC, Object, World


def config_map(name: str, **metadata: object) -> Object:
    return {"metadata": {"name": name, **metadata}, "data": {"k": "v"}}


def job(name: str) -> Object:
    container = {"name": "c", "image": "busybox"}
    template = {"spec": {"restartPolicy": "Never", "containers": [container]}}
    return {"metadata": {"name": name}, "spec": {"template": template}}


def test_a_new_object_has_identity_and_is_found_again(world: World, place: str) -> None:
    code, made, _ = world.ask("POST", f"{place}/configmaps", config_map("a"))
    assert code == 201
    assert {"uid", "creationTimestamp", "resourceVersion"} <= made["metadata"].keys()
    code, found, _ = world.ask("GET", f"{place}/configmaps/a")
    assert (code, found) == (200, made)
    code, again, _ = world.ask("POST", f"{place}/configmaps", config_map("a"))
    assert (code, again["reason"]) == (409, "AlreadyExists")
    assert again["message"] == 'configmaps "a" already exists'


def test_a_name_is_made_when_only_its_beginning_is_given(world: World, place: str) -> None:
    _, made, _ = world.ask("POST", f"{place}/configmaps", {"metadata": {"generateName": "x-"}})
    assert made["metadata"]["name"].startswith("x-")
    assert len(made["metadata"]["name"]) == 7


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ({"metadata": {"name": "Not_Valid"}}, 422, "RFC 1123"),
        ({"metadata": {}}, 422, "name or generateName is required"),
        ({"metadata": {"name": "x", "namespace": "other"}}, 400, "does not match the namespace"),
        ({"metadata": {"name": "x"}, "data": {"k": 5}}, 422, "must be of type string"),
        ({"kind": "Secret", "metadata": {"name": "x"}}, 400, "does not match"),
        ([], 400, "not an object"),
        (b"{", 400, "cannot be read"),
        ({"metadata": 5}, 400, "metadata is not an object"),
    ],
)
def test_a_broken_object_is_refused_with_the_reason(
    world: World, place: str, body: object, code: int, said: str
) -> None:
    answered, status, _ = world.ask("POST", f"{place}/configmaps", body)
    assert answered == code
    assert said in status["message"]


def test_nothing_is_made_in_a_namespace_that_is_not_there(world: World) -> None:
    code, status, _ = world.ask("POST", "/api/v1/namespaces/nope/configmaps", config_map("a"))
    assert (code, status["message"]) == (404, 'namespaces "nope" not found')


def test_unknown_fields_are_dropped_or_refused(world: World, place: str) -> None:
    body = config_map("a") | {"nope": 1}
    code, status, _ = world.ask("POST", f"{place}/configmaps?fieldValidation=Strict", body)
    assert code == 400
    assert 'unknown field "nope"' in status["message"]
    code, made, _ = world.ask("POST", f"{place}/configmaps?fieldValidation=Warn", body)
    assert code == 201
    assert "nope" not in made


def test_an_older_version_cannot_overwrite_a_newer_one(world: World, place: str) -> None:
    _, made, _ = world.ask("POST", f"{place}/configmaps", config_map("a"))
    path, patch = f"{place}/configmaps/a", {"data": {"k": "w"}}
    assert world.ask("PATCH", path, patch, content_type=MERGE)[0] == 200
    code, status, _ = world.ask("PUT", path, made)
    assert (code, status["reason"]) == (409, "Conflict")
    assert "the object has been modified" in status["message"]
    code, _, _ = world.ask("PUT", path, config_map("a", uid="another"))
    assert code == 409


def test_a_change_of_nothing_is_no_change(world: World, place: str) -> None:
    _, made, _ = world.ask("POST", f"{place}/configmaps", config_map("a"))
    _, same, _ = world.ask(
        "PATCH", f"{place}/configmaps/a", {"data": {"k": "v"}}, content_type=MERGE
    )
    assert same["metadata"]["resourceVersion"] == made["metadata"]["resourceVersion"]


def test_a_dry_run_keeps_nothing(world: World, place: str) -> None:
    code, made, _ = world.ask("POST", f"{place}/configmaps?dryRun=All", config_map("a"))
    assert (code, made["metadata"]["name"]) == (201, "a")
    assert world.ask("GET", f"{place}/configmaps/a")[0] == 404
    world.ask("POST", f"{place}/configmaps", config_map("a"))
    assert world.ask("DELETE", f"{place}/configmaps/a?dryRun=All")[0] == 200
    assert world.ask("GET", f"{place}/configmaps/a")[0] == 200


def test_each_kind_of_patch_does_what_it_should(world: World, place: str) -> None:
    world.ask("POST", f"{place}/configmaps", config_map("a"))
    path = f"{place}/configmaps/a"
    patch = [{"op": "add", "path": "/data/b", "value": "c"}]
    _, made, _ = world.ask("PATCH", path, patch, content_type=JSON_PATCH)
    assert made["data"] == {"k": "v", "b": "c"}
    gone = [{"op": "remove", "path": "/data/nope"}]
    assert world.ask("PATCH", path, gone, content_type=JSON_PATCH)[0] == 422
    _, made, _ = world.ask("PATCH", path, {"data": {"k": None}}, content_type=MERGE)
    assert made["data"] == {"b": "c"}
    _, made, _ = world.ask("PATCH", path, {"data": {"x": "y"}}, content_type=STRATEGIC)
    assert made["data"] == {"b": "c", "x": "y"}
    assert world.ask("PATCH", path, {}, content_type="text/plain")[0] == 415
    assert world.ask("PATCH", f"{place}/configmaps/b", {}, content_type=MERGE)[0] == 404


def test_a_text_of_a_secret_is_kept_encoded(world: World, place: str) -> None:
    body = {"metadata": {"name": "s"}, "stringData": {"a": "b"}}
    _, made, _ = world.ask("POST", f"{place}/secrets", body)
    assert (made["type"], made["data"]) == ("Opaque", {"a": "Yg=="})
    assert "stringData" not in made


def test_a_job_gets_its_defaults_selector_and_labels(world: World, place: str) -> None:
    jobs = f"{place.replace('/api/v1', '/apis/batch/v1')}/jobs"
    _, made, _ = world.ask("POST", jobs, job("j"))
    spec, uid = made["spec"], made["metadata"]["uid"]
    assert (spec["backoffLimit"], spec["completions"], spec["suspend"]) == (6, 1, False)
    assert spec["selector"]["matchLabels"] == {"batch.kubernetes.io/controller-uid": uid}
    assert spec["template"]["metadata"]["labels"]["job-name"] == "j"


def test_the_status_is_written_only_through_its_own_path(world: World, place: str) -> None:
    jobs = f"{place.replace('/api/v1', '/apis/batch/v1')}/jobs"
    world.ask("POST", jobs, job("j") | {"status": {"active": 7}})
    patch = {"spec": {"suspend": True}, "status": {"active": 1}}
    _, made, _ = world.ask("PATCH", f"{jobs}/j", patch, content_type=MERGE)
    assert (made["spec"]["suspend"], made["status"], made["metadata"]["generation"]) == (
        True,
        {},
        2,
    )
    patch = {"spec": {"suspend": False}, "status": {"active": 1}}
    _, made, _ = world.ask("PATCH", f"{jobs}/j/status", patch, content_type=MERGE)
    assert (made["spec"]["suspend"], made["status"]) == (True, {"active": 1})
    assert made["metadata"]["generation"] == 2


def test_a_pod_gets_a_token_and_goes_after_its_grace_period(world: World, place: str) -> None:
    container = {"name": "c", "image": "busybox:1"}
    _, made, _ = world.ask(
        "POST", f"{place}/pods", {"metadata": {"name": "p"}, "spec": {"containers": [container]}}
    )
    mount = made["spec"]["containers"][0]["volumeMounts"][0]
    assert mount["mountPath"] == "/var/run/secrets/kubernetes.io/serviceaccount"
    assert made["spec"]["serviceAccountName"] == "default"
    target = {"target": {"name": "node-1"}}
    assert world.ask("POST", f"{place}/pods/p/binding", target)[0] == 201
    code, going, _ = world.ask("DELETE", f"{place}/pods/p", {"gracePeriodSeconds": 5})
    assert (code, going["metadata"]["deletionGracePeriodSeconds"]) == (200, 5)
    assert world.ask("GET", f"{place}/pods/p")[0] == 200
    assert world.ask("DELETE", f"{place}/pods/p", {"gracePeriodSeconds": 0})[0] == 200
    assert world.ask("GET", f"{place}/pods/p")[0] == 404


def test_a_finalizer_keeps_an_object_until_it_is_taken_away(world: World, place: str) -> None:
    path = f"{place}/configmaps/a"
    world.ask("POST", f"{place}/configmaps", config_map("a", finalizers=["example.com/x"]))
    code, going, _ = world.ask("DELETE", path)
    assert code == 200
    assert "deletionTimestamp" in going["metadata"]
    none = {"metadata": {"finalizers": None}}
    assert world.ask("PATCH", path, none, content_type=MERGE)[0] == 200
    assert world.ask("GET", path)[0] == 404


def test_a_delete_with_a_precondition_hits_only_that_object(world: World, place: str) -> None:
    path = f"{place}/configmaps/a"
    _, made, _ = world.ask("POST", f"{place}/configmaps", config_map("a"))
    code, status, _ = world.ask("DELETE", path, {"preconditions": {"uid": "another"}})
    assert code == 409
    assert "UID in the precondition (another)" in status["message"]
    uid = {"preconditions": {"uid": made["metadata"]["uid"]}}
    code, status, _ = world.ask("DELETE", path, uid)
    assert (code, status["status"]) == (200, "Success")
    assert status["details"] == {
        "name": "a",
        "kind": "configmaps",
        "uid": made["metadata"]["uid"],
    }


def test_selectors_choose(world: World, place: str) -> None:
    for name, labels in (("a", {"x": "1"}), ("b", {"x": "2"}), ("c", {"y": "1"})):
        world.ask("POST", f"{place}/secrets", {"metadata": {"name": name, "labels": labels}})

    def chosen(query: str) -> str:
        _, found, _ = world.ask("GET", f"{place}/secrets?{query}")
        return "".join(one["metadata"]["name"] for one in found["items"])

    assert chosen("labelSelector=x") == "ab"
    assert chosen("labelSelector=!x") == "c"
    assert chosen("labelSelector=x%3D1") == "a"
    assert chosen("labelSelector=x!%3D1") == "bc"
    assert chosen("labelSelector=x%20in%20(1,2),x%20notin%20(2)") == "a"
    assert chosen("fieldSelector=metadata.name%3Db") == "b"
    assert chosen("fieldSelector=metadata.name!%3Db,type%3DOpaque") == "ac"
    assert world.ask("GET", f"{place}/secrets?labelSelector=%3D%3D")[0] == 400


def test_nobody_gets_in_without_a_token(world: World, place: str) -> None:
    for token in ("", "c2FuZGJveC1hZG1pbg.00", "\u2713.x".encode().hex()):
        assert world.ask("GET", f"{place}/secrets", token=token)[0] == 401
    assert world.ask("GET", "/readyz", token="")[1] == {"text": "ok"}


def test_the_token_of_a_service_account_lets_in(world: World, place: str) -> None:
    _, made, _ = world.ask("POST", f"{place}/serviceaccounts/default/token", {"spec": {}})
    assert world.ask("GET", f"{place}/secrets", token=made["status"]["token"])[0] == 200


def test_what_is_not_served_is_not_found(world: World, place: str) -> None:
    for path in ("/api/v1/nopes", "/apis/nope/v1/x", "/nope", f"{place}/pods/p/nope"):
        code, status, _ = world.ask("GET", path)
        assert (code, status["reason"]) == (404, "NotFound"), path
    assert world.ask("PUT", f"{place}/secrets", {})[0] == 405
    assert world.ask("GET", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")[0] == 405
