from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.errors import UsageError
from kubectl_kubestash.kube import config, in_cluster

if TYPE_CHECKING:
    from pathlib import Path

    from kubectl_kubestash.kube.config import Login

CLUSTER = {"server": "https://one:6443/", "certificate-authority-data": "Q0E="}
OTHER = {"server": "https://two:6443", "tls-server-name": "inner"}


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    content = {
        "current-context": "one",
        "contexts": [
            {"name": "one", "context": {"cluster": "c1", "user": "u1", "namespace": "demo"}},
            {"name": "two", "context": {"cluster": "c2", "user": "u2"}},
            {"name": "broken", "context": {"cluster": "nowhere", "user": "u1"}},
        ],
        "clusters": [{"name": "c1", "cluster": CLUSTER}, {"name": "c2", "cluster": OTHER}],
        "users": [
            {"name": "u1", "user": {"token": "t1"}},
            {"name": "u2", "user": {"token": "t2", "as": "bob", "as-groups": ["g1", "g2"]}},
        ],
    }
    file = tmp_path / "config"
    file.write_text(json.dumps(content))
    return {"KUBECONFIG": str(file)}


def authorization(login: Login) -> str:
    return login.source.current().authorization


def test_the_current_context_names_cluster_user_and_namespace(env: dict[str, str]) -> None:
    login = config.load(environment=env)

    assert login.server == "https://one:6443"
    assert (login.context, login.cluster, login.user) == ("one", "c1", "u1")
    assert login.namespace == "demo"
    assert login.trust.ca_data == "CA"
    assert authorization(login) == "Bearer t1"


def test_another_context_brings_its_own_of_everything(env: dict[str, str]) -> None:
    login = config.load(context="two", environment=env)

    assert (login.server, login.namespace) == ("https://two:6443", "default")
    assert login.trust.server_name == "inner"
    assert login.impersonate == (
        ("Impersonate-User", "bob"),
        ("Impersonate-Group", "g1"),
        ("Impersonate-Group", "g2"),
    )


def test_flags_replace_parts_of_the_context(env: dict[str, str]) -> None:
    login = config.load(cluster="c2", user="u2", namespace="there", environment=env)

    assert (login.server, login.user, login.namespace) == ("https://two:6443", "u2", "there")


def test_another_server_does_not_inherit_the_name_in_the_certificate(env: dict[str, str]) -> None:
    login = config.load(context="two", server="https://three", environment=env)

    assert (login.server, login.trust.server_name) == ("https://three", "")


def test_insecure_drops_the_authority_of_the_file(env: dict[str, str]) -> None:
    login = config.load(insecure_skip_tls_verify=True, environment=env)

    assert login.trust.insecure
    assert login.trust.ca_data == ""


def test_insecure_and_an_authority_exclude_each_other(env: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="exclude each other"):
        config.load(insecure_skip_tls_verify=True, certificate_authority="/ca", environment=env)


def test_a_token_on_the_command_line_wins(env: dict[str, str]) -> None:
    assert authorization(config.load(token="t9", environment=env)) == "Bearer t9"


def test_impersonation_by_flags(env: dict[str, str]) -> None:
    login = config.load(as_user="eve", as_groups=["a", "b"], as_uid="7", environment=env)

    assert login.impersonate == (
        ("Impersonate-User", "eve"),
        ("Impersonate-Group", "a"),
        ("Impersonate-Group", "b"),
        ("Impersonate-Uid", "7"),
    )


def test_groups_without_a_user_are_refused(env: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="set --as"):
        config.load(as_groups=["a"], environment=env)


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ({"context": "none"}, "There is no context 'none'"),
        ({"cluster": "none"}, "There is no cluster 'none'"),
        ({"user": "none"}, "There is no user 'none'"),
        ({"context": "broken"}, "names no cluster with a server"),
    ],
)
def test_unknown_names_are_named(env: dict[str, str], flags: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        config.load(environment=env, **flags)


def test_without_any_cluster_it_says_where_it_has_looked(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=f"there is no file {tmp_path}/.kube/config"):
        config.load(environment={"HOME": str(tmp_path)})

    empty = tmp_path / "empty"
    empty.touch()
    with pytest.raises(UsageError, match=f"{empty} has none, there is no file /nope"):
        config.load(environment={"KUBECONFIG": f"/nope:{empty}"})


def test_a_server_on_the_command_line_needs_no_file(tmp_path: Path) -> None:
    login = config.load(server="127.0.0.1:8001", environment={"HOME": str(tmp_path)})

    assert (login.server, login.namespace) == ("http://127.0.0.1:8001", "default")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("", 30.0), ("0", None), ("0s", None), ("5", 5.0), ("1m30s", 90.0), ("1.5s", 1.5)],
)
def test_request_timeouts_are_read_as_kubectl_reads_them(text: str, seconds: float | None) -> None:
    assert config.parse_timeout(text) == seconds


def test_a_request_timeout_of_nonsense_is_refused() -> None:
    with pytest.raises(UsageError, match="--request-timeout 'soon'"):
        config.parse_timeout("soon")


def in_a_pod(root: Path) -> dict[str, str]:
    root.mkdir()
    for name, content in {"token": "pod-token\n", "namespace": "home\n", "ca.crt": "CA"}.items():
        (root / name).write_text(content)
    return {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}


def test_in_a_pod_the_service_account_is_the_login(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "account"
    env = {**in_a_pod(root), "HOME": str(tmp_path)}
    monkeypatch.setattr(in_cluster.find, "__defaults__", (root,))

    login = config.load(environment=env)

    assert (login.server, login.namespace) == ("https://[fd00::1]:443", "home")
    assert login.trust.ca_file == str(root / "ca.crt")
    assert authorization(login) == "Bearer pod-token"


def test_a_rotated_service_account_token_is_used_from_then_on(tmp_path: Path) -> None:
    root = tmp_path / "account"
    pod = in_cluster.find(in_a_pod(root), root)
    assert pod

    (root / "token").write_text("rotated")

    assert pod.source.current().authorization == "Bearer rotated"


def test_a_kubeconfig_wins_over_the_pod(
    env: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "account"
    pod = in_a_pod(root)
    monkeypatch.setattr(in_cluster.find, "__defaults__", (root,))

    assert config.load(environment={**env, **pod}).server == "https://one:6443"
    # Only where the kubeconfig names no namespace, that of the pod is meant.
    assert config.load(context="two", environment={**env, **pod}).namespace == "home"


def test_nothing_secret_shows_in_a_login(env: dict[str, str]) -> None:
    login = config.load(environment=env)

    assert "t1" not in repr(login)
    assert "t1" not in repr(login.source)
    assert "t1" not in repr(login.source.current())
