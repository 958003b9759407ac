from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.errors import Unauthorized, UsageError
from kubectl_kubestash.kube.credentials import TokenFile, fixed_source, impersonation
from tests.kube.stub import serving

if TYPE_CHECKING:
    from pathlib import Path

from kubectl_kubestash.kube.client import Client


def test_a_token_file_wins_over_a_token_and_loses_its_line_end(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-file\n")

    source = fixed_source({"token": "stale", "tokenFile": str(file)})

    assert source
    assert source.current().authorization == "Bearer from-file"


def test_a_changed_token_file_is_worth_another_try(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("one")
    source = TokenFile(file)
    refused = source.current()

    assert not source.renew(refused)
    file.write_text("two")
    assert source.renew(refused)


def test_a_missing_token_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unauthorized, match="token: No such file"):
        TokenFile(tmp_path / "token").current()


def test_basic_authentication_arrives_as_its_header() -> None:
    source = fixed_source({"username": "alice", "password": "pa:ss"})
    with serving() as server, Client(server.login(source=source)) as client:
        client.read("/version")

        scheme, _, pair = server.seen[0].headers["Authorization"].partition(" ")
        assert (scheme, base64.b64decode(pair)) == ("Basic", b"alice:pa:ss")


def test_a_token_and_a_password_exclude_each_other() -> None:
    with pytest.raises(UsageError, match="only one is allowed"):
        fixed_source({"token": "t", "username": "u"})


def test_half_a_certificate_is_refused() -> None:
    with pytest.raises(UsageError, match="no client-key"):
        fixed_source({"client-certificate-data": "Q0E="})


def test_broken_base64_is_refused_without_quoting_it() -> None:
    with pytest.raises(UsageError) as caught:
        fixed_source({"client-certificate-data": "s3cr3t", "client-key-data": "Q0E="})

    assert str(caught.value) == "kubeconfig: client-certificate-data is not base64."


def test_an_entry_that_proves_nothing_has_no_source() -> None:
    assert fixed_source({"as": "bob"}) is None


def test_each_group_and_each_extra_value_is_a_header_of_its_own() -> None:
    user = {
        "as": "bob",
        "as-groups": ["g1", "g2"],
        "as-uid": "7",
        "as-user-extra": {"Reason/why": ["a", "b"]},
    }
    with serving() as server:
        Client(server.login(impersonate=impersonation(user).headers)).read("/version")

        headers = server.seen[0].headers
        assert headers["Impersonate-User"] == "bob"
        assert headers.get_all("Impersonate-Group") == ["g1", "g2"]
        assert headers["Impersonate-Uid"] == "7"
        assert headers.get_all("Impersonate-Extra-reason%2Fwhy") == ["a", "b"]
