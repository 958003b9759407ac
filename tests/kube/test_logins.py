"""Whatever a kubeconfig says, the server must see the user that kubectl would be."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from kubectl_kubestash.api.resources import Resource
from kubectl_kubestash.errors import Unauthorized, Unreachable
from kubectl_kubestash.kube import config, in_cluster
from kubectl_kubestash.kube.client import Client
from tests.cluster.api_server import ApiServer
from tests.cluster.kubectl import Kubectl
from tests.kube.forwarder import Forwarder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kubectl_kubestash.kube.config import Flags

pytestmark = pytest.mark.cluster

REVIEW = Resource(
    "authentication.k8s.io", "v1", "SelfSubjectReview", "selfsubjectreviews", namespaced=False
)
TOKENS = 'tok-ann,ann,uid-ann,"devs,ops"\ntok-bob,bob,uid-bob\n'

PLUGIN = """#!{python}
import json, os, pathlib
info = json.loads(os.environ["KUBERNETES_EXEC_INFO"])
status = json.loads((pathlib.Path(__file__).parent / "status.json").read_text())
print(json.dumps({{"apiVersion": info["apiVersion"], "kind": "ExecCredential", "status": status}}))
"""


class LoginServer(ApiServer):
    """An API server that knows tokens, too."""

    def start_api_server(self, *, within: float = 120) -> None:
        tokens = self.folder / "tokens.csv"
        tokens.write_text(TOKENS)
        argv = [*self._plane.api_server(), f"--token-auth-file={tokens}"]
        self._start("api-server", argv)
        self.kubectl.wait_for("get", "--raw=/readyz", within=within)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LoginServer]:
    made = LoginServer(tmp_path_factory.mktemp("logins"))
    try:
        made.up()
        yield made
    finally:
        made.down()


def embedded(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode()


class Setup:
    """A folder with a kubeconfig that a test fills in."""

    def __init__(self, server: LoginServer, home: Path) -> None:
        self.home = home
        self.keys = server.keys
        self.program = server.kubectl.program
        self.file = home / "config"
        self.cluster: dict[str, Any] = {
            "server": server._plane.server,
            "certificate-authority-data": embedded(server.keys.certificate("ca")),
        }
        self.user: dict[str, Any] = {}

    @property
    def address(self) -> tuple[str, int]:
        url = urlsplit(self.cluster["server"])
        return url.hostname or "", url.port or 0

    def put(self, name: str, content: str, mode: int = 0o600) -> str:
        (self.home / name).write_text(content)
        (self.home / name).chmod(mode)
        return name

    def plugin(self, version: str, **status: str) -> None:
        self.put("status.json", json.dumps(status))
        self.put("login", PLUGIN.format(python=sys.executable), 0o755)
        self.user = {
            "exec": {
                "apiVersion": f"client.authentication.k8s.io/{version}",
                "command": "./login",
                "interactiveMode": "IfAvailable",
                "provideClusterInfo": True,
            }
        }

    def write(self) -> None:
        content = {
            "current-context": "x",
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": self.cluster}],
            "users": [{"name": "u", "user": self.user}],
        }
        self.file.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", **content}))

    def ours(self, **flags: Any) -> dict[str, Any]:
        given: Flags = {"kubeconfig": str(self.file), **flags}  # type: ignore[typeddict-item]
        with Client(config.load(**given)) as client:
            return who(client.review(REVIEW, {}))

    def kubectls(self, *flags: str) -> dict[str, Any]:
        kubectl = Kubectl(self.program, self.file)
        return who(json.loads(kubectl("auth", "whoami", "-o", "json", *flags)))


def who(review: dict[str, Any]) -> dict[str, Any]:
    user: dict[str, Any] = review["status"]["userInfo"]
    return {**user, "groups": sorted(user["groups"])}


@pytest.fixture
def setup(server: LoginServer, tmp_path: Path) -> Setup:
    return Setup(server, tmp_path)


def agrees_on(setup: Setup, username: str) -> dict[str, Any]:
    setup.write()
    ours = setup.ours()
    assert ours == setup.kubectls()
    assert ours["username"] == username
    return ours


def test_a_certificate_in_the_file(setup: Setup) -> None:
    setup.user = {
        "client-certificate-data": embedded(setup.keys.certificate("admin")),
        "client-key-data": embedded(setup.keys.key("admin")),
    }
    agrees_on(setup, "admin")


def test_a_certificate_and_an_authority_in_files_beside_it(setup: Setup) -> None:
    setup.put("u.crt", setup.keys.certificate("scheduler").read_text())
    setup.put("u.key", setup.keys.key("scheduler").read_text())
    setup.put("ca.crt", setup.keys.certificate("ca").read_text())
    setup.cluster["certificate-authority"] = "ca.crt"
    del setup.cluster["certificate-authority-data"]
    setup.user = {"client-certificate": "u.crt", "client-key": "u.key"}
    agrees_on(setup, "system:kube-scheduler")


def test_a_token(setup: Setup) -> None:
    setup.user = {"token": "tok-ann"}
    agrees_on(setup, "ann")


def test_a_token_file_with_a_line_end(setup: Setup) -> None:
    setup.user = {"tokenFile": setup.put("token", "tok-bob\n")}
    agrees_on(setup, "bob")


def test_a_token_file_wins_over_a_stale_token(setup: Setup) -> None:
    setup.user = {"token": "tok-ann", "tokenFile": setup.put("token", "tok-bob\n")}
    agrees_on(setup, "bob")


def test_a_server_that_nobody_vouches_for(setup: Setup) -> None:
    setup.user = {"token": "tok-ann"}
    setup.cluster = {"server": setup.cluster["server"], "insecure-skip-tls-verify": True}
    agrees_on(setup, "ann")


def test_a_proxy(setup: Setup) -> None:
    setup.user = {"token": "tok-ann"}
    host, port = setup.address
    with Forwarder((host, port), proxy=True) as proxy:
        setup.cluster["proxy-url"] = f"http://{proxy.host}:{proxy.port}"
        agrees_on(setup, "ann")

        assert proxy.asked[0] == f"{host}:{port}"
        assert len(proxy.asked) >= 2


@pytest.mark.parametrize("version", ["v1", "v1beta1"])
def test_a_program_beside_the_file(setup: Setup, version: str) -> None:
    setup.plugin(version, token="tok-ann")
    agrees_on(setup, "ann")


def test_a_program_that_gives_a_certificate(setup: Setup) -> None:
    setup.plugin(
        "v1",
        clientCertificateData=setup.keys.certificate("admin").read_text(),
        clientKeyData=setup.keys.key("admin").read_text(),
    )
    agrees_on(setup, "admin")


def test_acting_as_somebody_else(setup: Setup) -> None:
    setup.user = {
        "client-certificate-data": embedded(setup.keys.certificate("admin")),
        "client-key-data": embedded(setup.keys.key("admin")),
        "as": "eve",
        "as-groups": ["g1", "system:authenticated", "g2"],
        "as-uid": "uid-eve",
        "as-user-extra": {"reason": ["one", "two"], "example.com/Why not": ["three"]},
    }
    seen = agrees_on(setup, "eve")

    assert seen["groups"] == ["g1", "g2", "system:authenticated"]
    assert seen["extra"]["example.com/why not"] == ["three"]


def test_another_name_in_the_certificate(setup: Setup) -> None:
    setup.user = {"token": "tok-ann"}
    with Forwarder(setup.address, host="127.0.0.9") as elsewhere:
        setup.cluster["server"] = f"https://127.0.0.9:{elsewhere.port}"
        setup.cluster["tls-server-name"] = "localhost"
        agrees_on(setup, "ann")

        setup.cluster["tls-server-name"] = ""
        setup.write()
        with pytest.raises(Unreachable, match="IP address mismatch"):
            setup.ours()


def test_an_authority_that_did_not_sign_is_not_believed(setup: Setup) -> None:
    setup.user = {"token": "tok-ann"}
    setup.cluster["certificate-authority-data"] = embedded(setup.keys.certificate("admin"))
    setup.write()

    with pytest.raises(Unreachable, match="certificate"):
        setup.ours()


@pytest.mark.parametrize(
    ("ours", "kubectls"),
    [
        ({"token": "tok-bob"}, ["--token=tok-bob"]),
        (
            {"as_user": "eve", "as_groups": ["a", "b", "system:authenticated"], "as_uid": "1"},
            [
                "--as=eve",
                "--as-group=a",
                "--as-group=b",
                "--as-group=system:authenticated",
                "--as-uid=1",
            ],
        ),
        ({"insecure_skip_tls_verify": True}, ["--insecure-skip-tls-verify"]),
    ],
)
def test_flags_mean_what_they_mean_to_kubectl(
    setup: Setup, ours: dict[str, Any], kubectls: list[str]
) -> None:
    admin = {
        "client-certificate-data": embedded(setup.keys.certificate("admin")),
        "client-key-data": embedded(setup.keys.key("admin")),
    }
    setup.user = {"tokenFile": setup.put("t", "tok-ann\n")} if "token" in ours else admin
    setup.write()

    assert setup.ours(**ours) == setup.kubectls(*kubectls)


def test_flags_for_the_server_mean_what_they_mean_to_kubectl(setup: Setup) -> None:
    setup.user = {"token": "tok-ann"}
    setup.cluster["tls-server-name"] = "nobody.example.com"
    address = setup.cluster["server"]
    authority = str(setup.keys.certificate("ca"))
    setup.write()

    # Another server forgets the name in the certificate, and this one has the right one.
    assert setup.ours(server=address, certificate_authority=authority) == setup.kubectls(
        f"--server={address}", f"--certificate-authority={authority}"
    )
    assert setup.ours(tls_server_name="localhost") == setup.kubectls("--tls-server-name=localhost")


def test_of_several_files_the_first_that_says_something_wins(setup: Setup, tmp_path: Path) -> None:
    setup.user = {"token": "tok-ann"}
    setup.write()
    second = tmp_path / "second"
    content = json.loads(setup.file.read_text())
    content["users"][0]["user"] = {"token": "tok-bob", "as": "eve"}
    content["current-context"] = "y"
    content["contexts"].append({"name": "y", "context": {"cluster": "c", "user": "nobody"}})
    second.write_text(json.dumps(content))
    both = f"{setup.file}:{tmp_path / 'not-there'}:{second}"

    with Client(config.load(environment={"KUBECONFIG": both})) as client:
        ours = who(client.review(REVIEW, {}))
    kubectl = Kubectl(setup.program, both)  # type: ignore[arg-type]

    assert ours == who(json.loads(kubectl("auth", "whoami", "-o", "json")))
    assert ours["username"] == "ann"


def test_a_pod_logs_in_by_its_service_account(
    setup: Setup, server: LoginServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host, port = setup.address
    setup.put("token", server.kubectl("create", "token", "default", "-n", "default"))
    setup.put("ca.crt", setup.keys.certificate("ca").read_text())
    setup.put("namespace", "default")
    env = {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": str(port)}
    monkeypatch.setattr(in_cluster.find, "__defaults__", (tmp_path,))

    with Client(config.load(environment={**env, "HOME": "/nowhere"})) as client:
        seen = who(client.review(REVIEW, {}))

    assert seen["username"] == "system:serviceaccount:default:default"


def test_certificate_files_that_are_replaced_are_used_from_then_on(setup: Setup) -> None:
    def show(name: str) -> None:
        setup.put("u.crt", setup.keys.certificate(name).read_text())
        setup.put("u.key", setup.keys.key(name).read_text())

    show("scheduler")
    setup.user = {"client-certificate": "u.crt", "client-key": "u.key"}
    setup.write()
    with Client(config.load(kubeconfig=str(setup.file))) as client:
        before = who(client.review(REVIEW, {}))["username"]
        show("admin")
        after = who(client.review(REVIEW, {}))["username"]

    assert (before, after) == ("system:kube-scheduler", "admin")


def test_a_key_with_a_password_is_refused_and_nobody_is_asked(setup: Setup) -> None:
    key, locked = str(setup.keys.key("admin")), str(setup.home / "locked.key")
    command = ["openssl", "ec", "-aes256", "-passout", "pass:x", "-in", key, "-out", locked]
    subprocess.run(command, check=True, capture_output=True)
    setup.user = {"client-certificate-data": embedded(setup.keys.certificate("admin"))}
    setup.user["client-key-data"] = embedded(Path(locked))
    setup.write()

    with pytest.raises(Unauthorized, match="The client key is encrypted"):
        setup.ours()


def test_a_program_is_asked_again_when_the_server_refuses_what_it_gave(setup: Setup) -> None:
    setup.plugin("v1", token="revoked")
    setup.write()
    with Client(config.load(kubeconfig=str(setup.file))) as client:
        with pytest.raises(Unauthorized):
            client.review(REVIEW, {})
        setup.put("status.json", json.dumps({"token": "tok-bob"}))

        assert who(client.review(REVIEW, {}))["username"] == "bob"
