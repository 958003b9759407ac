"""What happens when the network or the server misbehaves."""

from __future__ import annotations

import gzip
import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from kubectl_kubestash.api.resources import CONFIG_MAP, ObjectKey
from kubectl_kubestash.errors import ClusterError, Gone, Unauthorized, Unreachable
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.credentials import Credential, Static
from kubectl_kubestash.kube.request import Selection
from kubectl_kubestash.kube.transport import Transport
from tests.kube.stub import Server, hang, hang_up, ok, serving, status

if TYPE_CHECKING:
    from tests.kube.stub import Handler

KEY = ObjectKey("demo", "a")
BODY = {"metadata": {"namespace": "demo", "name": "a"}}


def methods(server: Server) -> list[str]:
    return [seen.method for seen in server.seen]


def hasty(server: Server) -> tuple[Client, list[float]]:
    """A client that notes its pauses instead of making them."""
    client, pauses = Client(server.login()), list[float]()
    client._transport = Transport(server.login(), pause=pauses.append)
    return client, pauses


def test_one_connection_serves_many_requests() -> None:
    with serving() as server, Client(server.login()) as client:
        for _ in range(5):
            client.get(CONFIG_MAP, KEY)

        assert len(server.connections) == 1


def test_threads_share_connections_without_mixing_answers() -> None:
    def echo(handler: Handler) -> None:
        time.sleep(0.01)
        handler.answer(200, {"name": handler.path.rpartition("/")[2]})

    with serving(echo) as server, Client(server.login()) as client:
        got: list[tuple[str, str]] = []

        def read(worker: int) -> None:
            for turn in range(5):
                name = f"{worker}-{turn}"
                got.append((name, client.get(CONFIG_MAP, ObjectKey("demo", name))["name"]))

        threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(got) == 20
        assert all(asked == answered for asked, answered in got)
        assert len(server.connections) <= 4


def closes_after(handler: Handler) -> None:
    """Answer and then close without having announced it, as a restarted server does."""
    ok(handler)
    handler.close_connection = True


def test_a_connection_that_was_closed_meanwhile_is_not_used_even_to_write() -> None:
    with serving(closes_after) as server, Client(server.login()) as client:
        client.create(CONFIG_MAP, BODY)
        time.sleep(0.05)
        client.create(CONFIG_MAP, BODY)

        assert methods(server) == ["POST", "POST"]


def test_a_read_is_repeated_when_a_kept_connection_breaks() -> None:
    with serving(ok, hang_up, ok) as server, Client(server.login()) as client:
        client.get(CONFIG_MAP, KEY)
        assert client.get(CONFIG_MAP, KEY) == {}

        assert methods(server) == ["GET", "GET", "GET"]


def test_a_write_is_never_repeated_when_it_may_have_been_done() -> None:
    with serving(ok, hang_up, ok) as server, Client(server.login()) as client:
        client.get(CONFIG_MAP, KEY)
        with pytest.raises(Unreachable) as caught:
            client.patch(CONFIG_MAP, KEY, {})

        assert methods(server) == ["GET", "PATCH"]
        assert "may have carried it out" in caught.value.hints[0]


def test_a_server_that_always_hangs_up_is_left_after_two_tries() -> None:
    with serving(hang_up) as server:
        with pytest.raises(Unreachable):
            Client(server.login()).get(CONFIG_MAP, KEY)

        assert methods(server) == ["GET", "GET"]


def test_an_answer_that_is_cut_short_is_read_again() -> None:
    def half(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b'{"half":')
        handler.close_connection = True

    with serving(half, ok) as server, Client(server.login()) as client:
        assert client.get(CONFIG_MAP, KEY) == {}


def test_a_server_that_is_busy_is_asked_again_after_the_time_that_it_names() -> None:
    busy = status(429, Retry_After="2")
    with serving(busy, busy, ok) as server:
        client, pauses = hasty(server)
        client.create(CONFIG_MAP, BODY)

        assert methods(server) == ["POST"] * 3
        assert [2.0 <= pause <= 2.4 for pause in pauses] == [True, True]


def test_a_server_that_stays_busy_is_left_in_the_end() -> None:
    with serving(status(503, Retry_After="1")) as server:
        client, pauses = hasty(server)
        with pytest.raises(ClusterError) as caught:
            client.get(CONFIG_MAP, KEY)

        assert caught.value.code == 503
        assert len(pauses) == 10


def test_an_internal_error_is_final_for_a_write_and_not_for_a_read() -> None:
    with serving(status(500), ok) as server:
        client, _ = hasty(server)
        assert client.get(CONFIG_MAP, KEY) == {}
    with serving(status(500), ok) as server:
        client, _ = hasty(server)
        with pytest.raises(ClusterError):
            client.patch(CONFIG_MAP, KEY, {})


def test_a_server_that_says_nothing_ends_the_request_in_time() -> None:
    with serving(hang) as server, Client(server.login(timeout=0.2)) as client:
        began = time.monotonic()
        with pytest.raises(Unreachable, match="gave no answer in time"):
            client.get(CONFIG_MAP, KEY)

        assert time.monotonic() - began < 10
        assert methods(server) == ["GET"]


def test_nobody_at_home_is_told_at_once() -> None:
    with serving() as server:
        login = server.login()
    with pytest.raises(Unreachable, match="was refused"):
        Client(login).get(CONFIG_MAP, KEY)


def test_a_packed_answer_is_unpacked() -> None:
    packed = gzip.compress(json.dumps({"a": "b" * 1000}).encode())

    def answer(handler: Handler) -> None:
        handler.answer(200, packed, Content_Encoding="gzip")

    with serving(answer) as server, Client(server.login()) as client:
        client._transport._packs = True
        assert client.get(CONFIG_MAP, KEY) == {"a": "b" * 1000}
        assert server.seen[0].headers["Accept-Encoding"] == "gzip"


def test_nothing_is_packed_on_the_way_to_this_machine() -> None:
    with serving() as server, Client(server.login()) as client:
        client.get(CONFIG_MAP, KEY)

        assert server.seen[0].headers["Accept-Encoding"] is None


class Renewable:
    """Credentials of which the first is refused."""

    def __init__(self) -> None:
        self.tokens = ["old", "new"]

    def current(self) -> Credential:
        return Credential(f"Bearer {self.tokens[0]}")

    def renew(self, refused: Credential) -> bool:
        if refused == self.current() and len(self.tokens) > 1:
            del self.tokens[0]
        return True


def test_refused_credentials_are_renewed_once() -> None:
    with serving(status(401), ok) as server:
        client = Client(server.login(source=Renewable()))
        client.create(CONFIG_MAP, BODY)

        tokens = [seen.headers["Authorization"] for seen in server.seen]
        assert tokens == ["Bearer old", "Bearer new"]


def test_credentials_that_stay_refused_are_an_error() -> None:
    with serving(status(401)) as server:
        with pytest.raises(Unauthorized):
            Client(server.login(source=Renewable())).get(CONFIG_MAP, KEY)

        assert len(server.seen) == 2


def test_a_token_with_a_line_end_inside_is_refused_without_quoting_it() -> None:
    source = Static(Credential("Bearer s3cr3t\nX: y"))
    with serving() as server, pytest.raises(Unauthorized) as caught:
        Client(server.login(source=source)).get(CONFIG_MAP, KEY)

    assert "s3cr3t" not in str(caught.value)


def test_each_try_is_traced_without_headers_and_bodies() -> None:
    calls: list[Any] = []
    with serving(status(500), ok) as server:
        client = Client(server.login(), trace=lambda *call: calls.append(call[:3]))
        client.get(CONFIG_MAP, KEY)
        client.patch(CONFIG_MAP, KEY, {"data": {"password": "s3cr3t"}})

    path = "/api/v1/namespaces/demo/configmaps/a"
    assert calls == [
        ("GET", path, 500),
        ("GET", path, 200),
        ("PATCH", f"{path}?fieldManager=kubectl-kubestash", 200),
    ]


def test_warnings_of_the_server_are_handed_on() -> None:
    warnings: list[str] = []

    def warns(handler: Handler) -> None:
        handler.answer(200, {}, Warning='299 - "unknown field \\"spec.x\\""')

    with serving(warns) as server:
        Client(server.login(), warn=warnings.append).create(CONFIG_MAP, BODY)

    assert warnings == ['unknown field "spec.x"']


def test_a_server_below_a_path_is_reached_below_it() -> None:
    with serving() as server:
        Client(server.login(server=f"{server.url}/k8s/clusters/c-1")).get(CONFIG_MAP, KEY)

        assert server.seen[0].path == "/k8s/clusters/c-1/api/v1/namespaces/demo/configmaps/a"


def a_stream(*lines: bytes, then: Any = None) -> Any:
    """A chunked answer: what a watch looks like."""

    def play(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for line in lines:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
        if then:
            then(handler)
        else:
            handler.wfile.write(b"0\r\n\r\n")

    return play


EVENT = b'{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n'


def names(client: Client) -> list[str]:
    events = client.watch(CONFIG_MAP, "demo", resource_version="1")
    return [event.object["metadata"]["name"] for event in events]


def test_events_are_whole_however_they_are_cut_into_pieces() -> None:
    with serving(a_stream(EVENT[:10], EVENT[10:] + EVENT, EVENT)) as server:
        assert names(Client(server.login())) == ["a", "a", "a"]


def test_half_an_event_at_the_end_is_none() -> None:
    with serving(a_stream(EVENT, EVENT[:20], then=hang_up)) as server:
        assert names(Client(server.login())) == ["a"]


def test_ff_4_8_a_watch_that_falls_silent_ends() -> None:
    with serving(a_stream(EVENT, then=hang)) as server:
        client = Client(server.login())
        client.watch_silence = 0.2
        began = time.monotonic()

        assert names(client) == ["a"]
        assert time.monotonic() - began < 10


def test_a_watch_is_stopped_by_another_thread_at_once() -> None:
    with serving(a_stream(EVENT, then=hang)) as server:
        client = Client(server.login())
        stream = client.open_watch(CONFIG_MAP, Selection("demo"), resource_version="1")
        threading.Timer(0.1, stream.stop).start()
        began = time.monotonic()

        assert len(list(stream)) == 1
        assert time.monotonic() - began < 10
        assert not stream.is_whole


def test_an_error_inside_the_stream_is_raised() -> None:
    gone = {"kind": "Status", "code": 410, "reason": "Expired", "message": "too old"}
    line = json.dumps({"type": "ERROR", "object": gone}).encode() + b"\n"
    with serving(a_stream(EVENT, line)) as server, pytest.raises(Gone, match="too old"):
        names(Client(server.login()))


def test_a_watch_that_ended_well_leaves_its_connection_to_the_next() -> None:
    with serving(a_stream(EVENT), ok) as server, Client(server.login()) as client:
        names(client)
        client.get(CONFIG_MAP, KEY)

        assert len(server.connections) == 1


def test_the_last_line_of_a_log_needs_no_end() -> None:
    with serving(a_stream(b"one\ntw", b"o\nthree")) as server, Client(server.login()) as client:
        lines = list(client.logs(KEY, container="c", follow=True, tail=5))

        assert lines == [b"one\n", b"two\n", b"three"]
        query = "follow=true&container=c&tailLines=5"
        assert server.seen[0].path == f"/api/v1/namespaces/demo/pods/a/log?{query}"


def closing_stream(handler: Handler) -> None:
    """A stream without a length, after which the server will close, as proxies send it."""
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(EVENT)
    hang(handler)


def test_a_stream_that_announces_its_end_is_limited_and_stopped_as_well() -> None:
    with serving(closing_stream) as server:
        client = Client(server.login())
        client.watch_silence = 0.2
        assert names(client) == ["a"]

        client.watch_silence = 20
        stream = client.open_watch(CONFIG_MAP, Selection("demo"), resource_version="1")
        threading.Timer(0.1, stream.stop).start()
        began = time.monotonic()
        assert len(list(stream)) == 1
        assert time.monotonic() - began < 10


def test_a_line_that_is_no_event_is_an_error_and_no_crash() -> None:
    with serving(a_stream(b"<html>\n")) as server, pytest.raises(ClusterError, match="a line"):
        names(Client(server.login()))


def test_a_server_that_sends_us_elsewhere_is_not_followed() -> None:
    def elsewhere(handler: Handler) -> None:
        handler.answer(302, {}, Location="https://elsewhere.example.com")

    with serving(elsewhere) as server, pytest.raises(ClusterError, match="sends us elsewhere"):
        Client(server.login()).get(CONFIG_MAP, KEY)


def test_ff_10_1_five_thousand_objects_come_in_pages_from_a_busy_server() -> None:
    def page(handler: Handler) -> None:
        _, _, place = handler.path.partition("continue=")
        start = int(place or 0)
        items = [{"metadata": {"name": f"s{n}"}} for n in range(start, start + 500)]
        token = str(start + 500) if start < 4500 else ""
        metadata = {"resourceVersion": "7", "continue": token}
        handler.answer(200, {"metadata": metadata, "items": items})

    busy = status(429, Retry_After="1")
    with serving(*[busy, page] * 10) as server:
        client, pauses = hasty(server)

        assert len(client.list(CONFIG_MAP)) == 5000
        assert len(pauses) == 10
        assert all("limit=500" in seen.path for seen in server.seen)
