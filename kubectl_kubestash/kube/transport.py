"""Send requests: connections, credentials, retries. The only place where bytes leave."""

from __future__ import annotations

import random
import time
import zlib
from typing import TYPE_CHECKING, NamedTuple

from ..errors import ClusterError, Unauthorized, Unreachable
from . import failures, proxy, retries
from .connection import Connection, Pool
from .decode import decode
from .encode import encode, encode_for_yaml
from .http_error import HttpError
from .request import APPLY_PATCH

if TYPE_CHECKING:
    from collections.abc import Callable

    from .config import Login
    from .credentials import Credential
    from .request import Request
    from .response import Headers, Response

    Trace = Callable[[str, str, int, float], None]
    """Called after each try with method, path with query, status (0: none) and milliseconds."""


class Answer(NamedTuple):
    """A whole answer."""

    code: int
    headers: Headers
    body: bytes

    def json(self) -> object:
        """The body, decoded. Raises ClusterError when it is something else."""
        try:
            return decode(self.body)
        except ValueError:
            message = "The server's answer is not JSON; is it a Kubernetes API server?"
            raise ClusterError(message, code=self.code) from None


class Open(NamedTuple):
    """An answer of which only the head has been read."""

    connection: Connection
    response: Response


class Transport:
    """Speaks to one API server for any number of threads."""

    def __init__(
        self,
        login: Login,
        *,
        trace: Trace | None = None,
        warn: Callable[[str], None] | None = None,
        pause: Callable[[float], object] = time.sleep,
        awaits_rights: bool = False,
    ) -> None:
        """With `awaits_rights` a 403 stands only when it does not pass within seconds."""
        self.login = login
        self._awaits_rights = awaits_rights
        self._trace = trace
        self._warn = warn
        self._pause = pause
        self._pool = Pool(login)
        # Across a network compression saves time; on the same machine it costs some.
        self._packs = not proxy.is_loopback(self._pool.host)
        self._known: tuple[str, bytes] | None = None

    def send(self, request: Request) -> Answer:
        """The whole answer, after as many tries as make sense. Raises ClusterError."""
        opened = self._settled(request)
        try:
            return self._rest(opened, request)
        except Unreachable:
            if not request.is_repeatable:
                raise
        return self._rest(self._settled(request), request)

    def open(self, request: Request, *, silence: float | None) -> Open:
        """An answer to be read as it comes; `silence` limits each read, in seconds.

        Who got it gives it back through `finish`.
        """
        opened = self._settled(request, streams=True)
        opened.connection.limit(silence)
        return opened

    def finish(self, opened: Open) -> None:
        """Keep the connection when the answer was read to its end, else close it."""
        connection, response = opened
        if response.is_ended and not response.will_close:
            connection.limit(self.login.timeout)
            self._pool.give_back(connection)
        else:
            connection.close()

    def dial(self) -> tuple[Connection, list[tuple[str, bytes]], str]:
        """A connection of its own for another protocol, its headers, and the prefix of paths."""
        credential = self.login.source.current()
        connection = self._pool.take(credential, new=True)
        self._connect(connection)
        return connection, self._identity(credential), self._pool.prefix

    def close(self) -> None:
        """Close idle connections; the transport can still be used."""
        self._pool.close()

    def _settled(self, request: Request, *, streams: bool = False) -> Open:
        """An answer that is a yes; what is worth waiting for has been waited for."""
        tries, waited = 0, 0.0
        while True:
            opened = self._authorised(request, streams=streams)
            code, headers = opened.response.status, opened.response.headers
            if code < 300:
                return opened
            pause = retries.pause_after(
                code,
                retry_after=headers.get("Retry-After"),
                is_repeatable=request.is_repeatable,
                tries=tries,
                waited=waited,
                awaits_rights=self._awaits_rights,
            )
            rest = self._rest(opened, request)
            if pause is None:
                raise failures.from_answer(request, code, rest.body)
            tries, waited = tries + 1, waited + pause
            self._pause(pause * random.uniform(1.0, 1.2))

    def _authorised(self, request: Request, *, streams: bool) -> Open:
        """The answer; with other credentials when the first were refused and others are there."""
        source = self.login.source
        credential = source.current()
        opened = self._dispatch(request, credential, streams=streams)
        if opened.response.status == 401 and source.renew(credential):
            self._rest(opened, request)
            opened = self._dispatch(request, source.current(), streams=streams)
        return opened

    def _dispatch(self, request: Request, credential: Credential, *, streams: bool) -> Open:
        """The answer; a read is sent once more when the connection breaks, but not after a hang."""
        connection = self._pool.take(credential)
        self._connect(connection)
        for last in (not request.is_repeatable, True):
            try:
                return self._exchange(connection, request, credential, streams=streams)
            except OSError as error:
                if last or isinstance(error, TimeoutError):
                    done = not request.is_repeatable
                    raise failures.from_network(
                        self.login.server, error, may_be_done=done
                    ) from error
            connection = self._pool.take(credential, new=True)
            self._connect(connection)
        raise AssertionError

    def _connect(self, connection: Connection) -> None:
        if connection.sock is not None:
            return
        try:
            connection.connect()
        except OSError as error:
            connection.close()
            raise failures.from_network(self.login.server, error) from error

    def _exchange(
        self, connection: Connection, request: Request, credential: Credential, *, streams: bool
    ) -> Open:
        started, code = time.monotonic(), 0
        target = request.target
        try:
            line = _request_line(request.method, self._pool.prefix + target)
            head = line + connection.host_line + self._identifying(credential)
            connection.ask(head + _content(request, packs=self._packs and not streams))
            response = connection.answer()
            code = response.status
        finally:
            if not code:
                connection.close()
            if self._trace:
                elapsed = (time.monotonic() - started) * 1000
                self._trace(request.method, target, code, elapsed)
        return Open(connection, response)

    def _rest(self, opened: Open, request: Request) -> Answer:
        """Read what is left of the answer, and keep the connection."""
        response = opened.response
        try:
            body = response.read()
            if response.headers.get("Content-Encoding") == "gzip":
                body = zlib.decompress(body, wbits=31)
        except (OSError, zlib.error) as error:
            opened.connection.close()
            done = not request.is_repeatable
            raise failures.from_network(self.login.server, error, may_be_done=done) from error
        self.finish(opened)
        for warning in response.headers.get_all("Warning"):
            if self._warn:
                text = warning.partition(" - ")[2].removeprefix('"').removesuffix('"')
                self._warn(text.replace('\\"', '"').replace("\\\\", "\\"))
        return Answer(response.status, response.headers, body)

    def _identifying(self, credential: Credential) -> bytes:
        """The header lines that say who asks; made once for each credential."""
        known = self._known  # another thread may put in another one
        if known is None or known[0] != credential.authorization:
            pairs = self._identity(credential)
            lines = (b"%b: %b\r\n" % (name.encode(), value) for name, value in pairs)
            self._known = known = (credential.authorization, b"".join(lines))
        return known[1]

    def _identity(self, credential: Credential) -> list[tuple[str, bytes]]:
        pairs = [("User-Agent", self.login.agent), *self.login.impersonate]
        if credential.authorization:
            pairs.append(("Authorization", credential.authorization))
        for name, value in pairs:
            if not value.isprintable():
                raise Unauthorized(f"The kubeconfig's value for {name} has control characters.")
        return [(name, value.encode()) for name, value in pairs]


def _request_line(method: str, target: str) -> bytes:
    """The first line (https://www.rfc-editor.org/rfc/rfc9112#name-request-line)."""
    if not target.isascii() or not target.isprintable() or " " in target:
        raise HttpError(f"no target of a request: {target[:40]!r}")
    return f"{method} {target} HTTP/1.1\r\n".encode()


def _content(request: Request, *, packs: bool) -> bytes:
    """What is wanted and what is sent: the last header lines, and the body."""
    lines = f"Accept: {request.accept}\r\n"
    if packs:
        lines += "Accept-Encoding: gzip\r\n"
    if request.body is None:
        return f"{lines}\r\n".encode()
    is_yaml = request.content_type == APPLY_PATCH
    body = encode_for_yaml(request.body) if is_yaml else encode(request.body)
    lines += f"Content-Type: {request.content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    return lines.encode() + body
