"""OIDC tokens of a kubeconfig, and their refresh at a real (small) identity provider."""

from __future__ import annotations

import base64
import json
import ssl
import time
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.errors import Unauthorized
from kubectl_kubestash.kube import config
from tests.cluster.keys import Keys
from tests.kube.stub import serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kube.stub import Handler


def a_token(*, expires_in: float) -> str:
    claims = json.dumps({"exp": int(time.time() + expires_in), "sub": "ann"}).encode()
    body = base64.urlsafe_b64encode(claims).rstrip(b"=").decode()
    return f"e30.{body}.c2ln"


def a_kubeconfig(file: Path, name: str, **settings: Any) -> Path:
    provider = {"name": name, "config": settings}
    content = {
        "current-context": "x",
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "u", "user": {"auth-provider": provider}}],
    }
    file.write_text(json.dumps(content))
    return file


def authorization(file: Path) -> str:
    return config.load(kubeconfig=str(file)).source.current().authorization


def test_a_token_that_still_holds_is_used_as_it_is(tmp_path: Path) -> None:
    token = a_token(expires_in=600)
    file = a_kubeconfig(tmp_path / "config", "oidc", **{"id-token": token})

    assert authorization(file) == f"Bearer {token}"


def test_providers_that_kubectl_has_dropped_are_named(tmp_path: Path) -> None:
    file = a_kubeconfig(tmp_path / "config", "gcp")

    with pytest.raises(Unauthorized, match="'gcp' of user u is no longer supported"):
        authorization(file)


def test_a_user_without_a_token_is_told_so(tmp_path: Path) -> None:
    file = a_kubeconfig(tmp_path / "config", "oidc", **{"client-id": "me"})

    with pytest.raises(Unauthorized, match="user u cannot be refreshed"):
        authorization(file)


def identity_provider(new: str) -> Any:
    """Answers the two questions of a refresh."""

    def answer(handler: Handler) -> None:
        url = f"https://127.0.0.1:{handler.server.server_address[1]}"
        if handler.command == "GET":
            handler.answer(200, {"token_endpoint": f"{url}/token"})
            return
        tokens = {"id_token": new, "refresh_token": "second", "access_token": "a"}
        handler.answer(200, {**tokens, "token_type": "Bearer"}, Content_Type="application/json")

    return answer


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    made = Keys(tmp_path / "keys")
    made.make(api_server_names=["IP:127.0.0.1"], node="none")
    return made


@pytest.fixture
def context(keys: Keys) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(keys.certificate("api-server"), keys.key("api-server"))
    return made


def expired(url: str, **more: str) -> dict[str, str]:
    return {
        "id-token": a_token(expires_in=-600),
        "refresh-token": "first",
        "client-id": "me",
        "client-secret": "s3cr3t",
        "idp-issuer-url": url,
        **more,
    }


@pytest.mark.cluster
def test_an_expired_token_is_refreshed_and_kept(
    tmp_path: Path, keys: Keys, context: ssl.SSLContext
) -> None:
    new = a_token(expires_in=600)
    with serving(identity_provider(new), context=context) as server:
        authority = {"idp-certificate-authority": str(keys.certificate("ca"))}
        file = a_kubeconfig(tmp_path / "config", "oidc", **expired(server.url, **authority))

        assert authorization(file) == f"Bearer {new}"

    kept = file.read_text()
    assert new in kept
    assert "second" in kept


@pytest.mark.cluster
def test_an_issuer_that_nobody_vouches_for_gets_no_secret(
    tmp_path: Path, context: ssl.SSLContext
) -> None:
    with serving(identity_provider("new"), context=context) as server:
        file = a_kubeconfig(tmp_path / "config", "oidc", **expired(server.url))
        with pytest.raises(Unauthorized) as caught:
            authorization(file)

        assert server.seen == []
        assert "s3cr3t" not in str(caught.value)
