from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from kubectl_kubestash.errors import Unsupported
from kubectl_kubestash.kube import proxy

SERVER = urlsplit("https://api.example.com:6443")
ENV = {"HTTPS_PROXY": "http://proxy:3128"}


def test_the_kubeconfigs_proxy_wins() -> None:
    chosen = proxy.choose("http://us%40er:p%3Aw@mine:8080", SERVER, ENV)

    assert chosen == ("mine", 8080, "us@er", "p:w")
    assert "p:w" not in repr(chosen)


def test_without_one_it_is_that_of_the_environment() -> None:
    assert proxy.choose("", SERVER, ENV) == ("proxy", 3128, "", "")
    assert proxy.choose("", SERVER, {}) is None


@pytest.mark.parametrize(
    "rule",
    ["*", "api.example.com", "example.com", ".example.com", "*.example.com", "x, example.com:6443"],
)
def test_no_proxy_leaves_servers_out(rule: str) -> None:
    assert proxy.choose("", SERVER, {**ENV, "NO_PROXY": rule}) is None


@pytest.mark.parametrize("rule", ["ample.com", "example.com:443", "10.0.0.0/8", ""])
def test_no_proxy_leaves_out_only_what_it_says(rule: str) -> None:
    assert proxy.choose("", SERVER, {**ENV, "NO_PROXY": rule}) is not None


def test_no_proxy_knows_networks() -> None:
    server = urlsplit("https://10.1.2.3")

    assert proxy.choose("", server, {**ENV, "NO_PROXY": "10.0.0.0/8"}) is None


def test_this_machine_is_never_reached_through_a_proxy_of_the_environment() -> None:
    assert proxy.choose("", urlsplit("https://127.0.0.1:6443"), ENV) is None


def test_other_kinds_of_proxies_are_refused_by_name() -> None:
    with pytest.raises(Unsupported, match="socks5://"):
        proxy.choose("socks5://127.0.0.1:1080", SERVER, {})
