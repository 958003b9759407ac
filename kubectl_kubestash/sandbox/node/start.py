"""What is put together to start a container, and taken apart when it has ended."""

from __future__ import annotations

import json
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import ClusterError
from . import bubblewrap
from .bubblewrap import Identity, Mount
from .environment import NotYet, environment, expanded
from .limits import Limits
from .process import Process
from .volumes import Volumes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ...kube.client import Object
    from .container import Container
    from .host import Host

NO_BUBBLEWRAP = "bubblewrap is not installed (bwrap): apt-get install bubblewrap"
MESSAGE_SIZE = 4096
_MESSAGE = "/dev/termination-log"


class Starter:
    """Starts the containers of one pod."""

    def __init__(self, host: Host, pod: Object, ended: Callable[[], None]) -> None:
        self._host, self._ended = host, ended
        self._folder = host.folder(pod)
        self._limits: dict[str, Limits] = {}

    def start(self, container: Container, pod: Object) -> Process:
        """Start it. Raises NotYet when it cannot be started as things are."""
        if shutil.which("bwrap") is None:
            raise NotYet("CreateContainerError", NO_BUBBLEWRAP)
        try:
            return self._started(container, pod)
        except (OSError, ValueError, KeyError, ClusterError) as error:
            raise NotYet("CreateContainerError", f"{type(error).__name__}: {error}") from error

    def clean_up(self, container: Container) -> str:
        """What it has left to say: its termination message."""
        self._limits.pop(container.name).release()
        place, process = self._folder / container.name, container.process
        (place / "exec.json").unlink(missing_ok=True)
        message = ""
        with suppress(OSError), (place / "termination-log").open("rb") as file:
            message = file.read(MESSAGE_SIZE).decode(errors="replace")
        assert process is not None
        if not message and process.exit_code == 128:
            message = process.last_words.decode(errors="replace")
        return message

    def _started(self, container: Container, pod: Object) -> Process:
        spec = container.spec
        identity = Identity.of(pod["spec"], spec)
        env = environment(spec, pod, self._host.client.find, base=self._base(pod))
        command = self._command(spec, env)
        place = self._folder / container.name
        place.mkdir(parents=True, exist_ok=True)
        volumes = Volumes(pod, self._host, self._folder / "volumes")
        mounts = [*self._own_mounts(spec, pod, place), *volumes.mounts(spec)]
        number = container.restarts + (1 if container.last_state else 0)
        limits = self._limits[container.name] = Limits(f"{pod['metadata']['uid']}-{container.name}")
        process = Process(
            lambda status: [
                *limits.before,
                *bubblewrap.argv(
                    [*limits.inside, *command],
                    identity,
                    mounts,
                    status=status,
                    host_name=pod["spec"].get("hostname") or pod["metadata"]["name"],
                    directory=spec.get("workingDir") or "",
                ),
            ],
            env,
            log=place / f"{number}.log",
            ended=self._ended,
        )
        _write_private(
            place / "exec.json", {"argv": bubblewrap.enter(process.init, identity), "env": env}
        )
        return process

    def _own_mounts(self, spec: Mapping[str, Any], pod: Object, place: Path) -> list[Mount]:
        """The termination message, the hosts file, and the programs of this sandbox."""
        message = place / "termination-log"
        message.write_bytes(b"")
        message.chmod(0o666)
        programs = self._host.programs
        return [
            Mount(message, str(spec.get("terminationMessagePath") or _MESSAGE), read_only=False),
            Mount(self._host.write_hosts(pod), "/etc/hosts"),
            *([Mount(programs, str(programs))] if programs.is_dir() else []),
        ]

    def _base(self, pod: Object) -> dict[str, str]:
        path = f"{self._host.programs}:{Path(sys.prefix) / 'bin'}:{bubblewrap.SYSTEM_PATH}"
        name = pod["spec"].get("hostname") or pod["metadata"]["name"]
        return {"PATH": path, "HOME": "/tmp", "HOSTNAME": name, **self._host.server_variables}  # noqa: S108

    def _command(self, spec: Mapping[str, Any], env: Mapping[str, str]) -> list[str]:
        asked = [expanded(each, env) for each in spec.get("command") or ()]
        args = [expanded(each, env) for each in spec.get("args") or ()]
        entry = self._host.entry_point(spec.get("image") or "")
        if not asked and entry is None:
            raise NotYet("ErrImagePull", f"{_no_images(spec)} and its manifest names no command")
        if asked and shutil.which(asked[0], path=env["PATH"]) is None:
            problem = f"command {asked[0]} is not on this host"
            if entry is None:
                raise NotYet("ErrImagePull", f"{_no_images(spec)} and its {problem}")
            raise NotYet("CreateContainerError", problem)
        return [*(asked or entry or ()), *args]


def _no_images(spec: Mapping[str, Any]) -> str:
    return f"the sandbox pulls no images: {spec.get('image')} runs with the programs of this host,"


def _write_private(path: Path, content: object) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file)
