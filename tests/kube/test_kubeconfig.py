from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from kubectl_kubestash.errors import UsageError
from kubectl_kubestash.kube import kubeconfig


def a_file(**content: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Config", **content}


def test_the_first_file_that_sets_the_current_context_wins() -> None:
    first, second = a_file(), a_file(**{"current-context": "two"})
    third = a_file(**{"current-context": "three"})

    merged = kubeconfig.merge([(Path("/a"), first), (Path("/b"), second), (Path("/c"), third)])

    assert merged.current_context == "two"


def test_an_entry_is_taken_whole_from_the_first_file_that_names_it() -> None:
    red = {"name": "red", "user": {"token": "first"}}
    other = {"name": "red", "user": {"token": "second", "as": "somebody"}}

    merged = kubeconfig.merge(
        [(Path("/a"), a_file(users=[red])), (Path("/b"), a_file(users=[other]))]
    )

    assert merged.users == {"red": {"token": "first"}}


def test_relative_paths_belong_to_their_file() -> None:
    cluster = {"name": "c", "cluster": {"certificate-authority": "pki/ca.crt"}}
    user = {
        "name": "u",
        "user": {
            "client-certificate": "u.crt",
            "client-key": "/keys/u.key",
            "tokenFile": "../token",
            "exec": {"command": "./bin/login"},
        },
    }

    merged = kubeconfig.merge(
        [(Path("/etc/kube/config"), a_file(clusters=[cluster], users=[user]))]
    )

    assert merged.clusters["c"]["certificate-authority"] == "/etc/kube/pki/ca.crt"
    assert merged.users["u"]["client-certificate"] == "/etc/kube/u.crt"
    assert merged.users["u"]["client-key"] == "/keys/u.key"
    assert merged.users["u"]["tokenFile"] == "/etc/kube/../token"
    assert merged.users["u"]["exec"]["command"] == "/etc/kube/bin/login"


def test_a_bare_plugin_name_is_left_to_the_path() -> None:
    user = {"name": "u", "user": {"exec": {"command": "aws"}}}

    merged = kubeconfig.merge([(Path("/etc/kube/config"), a_file(users=[user]))])

    assert merged.users["u"]["exec"]["command"] == "aws"


def test_two_entries_of_one_name_in_a_file_are_an_error() -> None:
    twice = a_file(users=[{"name": "u"}, {"name": "u"}])

    with pytest.raises(UsageError, match="two users of the name 'u'"):
        kubeconfig.merge([(Path("/a"), twice)])


def test_missing_files_of_the_variable_are_passed_over(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("current-context: here\n")

    read = kubeconfig.read("", {"KUBECONFIG": f"{tmp_path}/not-there::{there}"})

    assert (read.current_context, read.files) == ("here", (there,))


def test_the_file_of_the_flag_must_exist_and_is_the_only_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no file"):
        kubeconfig.read(str(tmp_path / "nothing"), {})


def test_without_flag_and_variable_it_is_the_file_in_the_home(tmp_path: Path) -> None:
    (tmp_path / ".kube").mkdir()
    (tmp_path / ".kube" / "config").write_text("current-context: mine\n")

    assert kubeconfig.read("", {"HOME": str(tmp_path)}).current_context == "mine"


def test_broken_yaml_is_named_by_line_and_never_quoted(tmp_path: Path) -> None:
    file = tmp_path / "config"
    file.write_text("users:\n- name: u\n  user: {token: s3cr3t\n")

    with pytest.raises(UsageError) as caught:
        kubeconfig.read(str(file), {})

    assert "is not valid YAML in line" in str(caught.value)
    assert "s3cr3t" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_nothing_of_it_shows_in_its_repr() -> None:
    user = {"name": "u", "user": {"token": "s3cr3t"}}

    merged = kubeconfig.merge([(Path("/a"), a_file(users=[user]))])

    assert "s3cr3t" not in repr(merged)
