from __future__ import annotations

import json

import pytest

from kubectl_kubestash import errors
from kubectl_kubestash.api.resources import BACKUP_SESSION, CONFIG_MAP, ObjectKey, Resource
from kubectl_kubestash.kube import failures
from kubectl_kubestash.kube import request as plan

KEY = ObjectKey("demo", "a")
GET = plan.get(CONFIG_MAP, KEY)


def answered(code: int, reason: str, request: plan.Request = GET) -> errors.ClusterError:
    status = {"kind": "Status", "message": "as it says", "reason": reason, "code": code}
    body = json.dumps({**status, "details": {"name": "a"}}).encode()
    return failures.from_answer(request, code, body)


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (404, "NotFound", errors.NotFound),
        (409, "AlreadyExists", errors.AlreadyExists),
        (409, "Conflict", errors.Conflict),
        (410, "Expired", errors.Gone),
        (410, "Gone", errors.Gone),
        (422, "Invalid", errors.Invalid),
        (403, "Forbidden", errors.Forbidden),
        (401, "Unauthorized", errors.Unauthorized),
        (500, "InternalError", errors.ClusterError),
        (400, "BadRequest", errors.ClusterError),
    ],
)
def test_the_reason_chooses_the_error(
    code: int, reason: str, kind: type[errors.ClusterError]
) -> None:
    error = answered(code, reason)

    assert type(error) is kind
    assert (error.message, error.code, error.reason) == ("as it says", code, reason)


def test_a_bad_request_with_a_body_means_the_body() -> None:
    request = plan.patch(CONFIG_MAP, KEY, {"data": 1})

    assert type(answered(400, "BadRequest", request)) is errors.Invalid


def test_a_kind_that_is_not_served_is_not_found_and_says_what_to_do() -> None:
    error = failures.from_answer(plan.get(BACKUP_SESSION, KEY), 404, b"404 page not found\n")

    assert type(error) is errors.NotFound
    assert error.message == (
        "The server does not have the kind BackupSession (core.kubestash.com/v1alpha1)."
    )
    assert error.hints == ("kubectl kubestash install",)


def test_another_groups_kind_is_not_ours_to_install() -> None:
    foreign = Resource("example.com", "v1", "Thing", "things")

    error = failures.from_answer(plan.get(foreign, KEY), 404, b"404 page not found\n")

    assert error.hints == ()


def test_forbidden_tells_how_to_ask_for_the_permission() -> None:
    request = plan.listing(BACKUP_SESSION, plan.Selection("demo"))

    error = answered(403, "Forbidden", request)

    assert error.hints == ("kubectl auth can-i list backupsessions.core.kubestash.com -n demo",)


def test_an_answer_that_is_no_status_is_quoted_by_its_first_line() -> None:
    error = failures.from_answer(GET, 502, b"<html>Bad gateway</html>\nmore")

    assert error.message == "The server answered 502: <html>Bad gateway</html>"


def test_a_refused_connection_is_told_in_kubectls_words() -> None:
    error = failures.from_network("https://127.0.0.1:1", ConnectionRefusedError())

    assert error.message == (
        "The connection to the server 127.0.0.1:1 was refused - "
        "did you specify the right host or port?"
    )
