"""The API server of one sandbox folder, in a thread of its own."""

from __future__ import annotations

import asyncio
import base64
import errno
import json
import logging
import ssl
import threading
from typing import TYPE_CHECKING

from aiohttp import web

from ...errors import Refused
from .api import Api
from .pki import Keys

if TYPE_CHECKING:
    from pathlib import Path

_LOG = logging.getLogger(__name__)
_ADDRESS = "127.0.0.1"
_START_WITHIN = 30.0


class Server:
    """Serves `folder`: state.db, pki/ and kubeconfig are made when they are not there.

    With port 0 any free one is taken. Raises Refused when the folder cannot be written, belongs to
    another process or another version, or the port is taken.
    """

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self._folder = folder
        self._wanted_port = port
        self._ready = threading.Event()
        self._failed: BaseException | None = None
        self.port = 0
        """Where it listens, on 127.0.0.1."""
        self._thread = threading.Thread(target=self._run, name="api-server", daemon=True)

    def start(self) -> None:
        """Returns when it answers."""
        self._thread.start()
        self._ready.wait(_START_WITHIN)
        if self._failed is not None:
            raise self._failed

    def stop(self) -> None:
        """End all watches and close the file; what was answered is kept."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            what = f"port {self._wanted_port} is taken" if taken else f"{self._folder}: {error}"
            self._failed = Refused(what, "choose another port: --port; without it, any free one")
        except Refused as error:
            self._failed = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        keys = Keys(self._folder / "pki")
        api = self._api = Api(self._folder, keys)
        serving = web.Server(api.answer, access_log=None)
        runner = web.ServerRunner(serving, shutdown_timeout=1)
        try:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(keys.server)
            await runner.setup()
            site = web.TCPSite(runner, _ADDRESS, self._wanted_port, ssl_context=context)
            await site.start()
            self.port = runner.addresses[0][1]
            self._write_kubeconfig(keys)
            collector = asyncio.create_task(api.collect())
            self._ready.set()
            stopping = asyncio.create_task(self._stop.wait())
            await asyncio.wait({stopping, collector}, return_when=asyncio.FIRST_COMPLETED)
            if not collector.cancel():
                _LOG.error("the server ends: %r", collector.exception())
            api.watches.end()
        finally:
            left = [one.transport for one in serving.connections if one.transport is not None]
            await runner.cleanup()
            for transport in left:
                transport.abort()  # a polite end of TLS would wait for the client's
            api.close()

    def _write_kubeconfig(self, keys: Keys) -> None:
        name = "kubestash-sandbox"
        server = {"server": f"https://{_ADDRESS}:{self.port}", "certificate-authority-data": ""}
        server["certificate-authority-data"] = base64.b64encode(keys.authority.encode()).decode()
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": name,
            "clusters": [{"name": name, "cluster": server}],
            "users": [{"name": name, "user": {"token": keys.token}}],
            "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        }
        file = self._folder / "kubeconfig"
        fresh = file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(content, indent=1))
        fresh.replace(file)
