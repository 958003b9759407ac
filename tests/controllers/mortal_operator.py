"""An operator in a process of its own, to be killed: after so many writes, or from outside.

python -m tests.controllers.mortal_operator KUBECONFIG NAMESPACE IDENTITY [WRITES]
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.controllers.lease import Timing
from kubectl_kubestash.controllers.operator import Operator
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.config import load
from tests.controllers.world import IMAGE

if TYPE_CHECKING:
    from collections.abc import Callable

TIMING = Timing(duration=4, renew_deadline=2.5, retry_period=0.5)
LOST = 3
"""Exit code of an operator that has lost its Lease."""


class MortalClient(Client):
    """Kills its process after the server has answered the last write it may do."""

    left = 0
    """Writes that may still be done; 0 means any number."""

    _lock = threading.Lock()

    def create(self, *args: Any, **options: Any) -> Any:
        return self._counted(super().create, args, options)

    def apply(self, *args: Any, **options: Any) -> Any:
        return self._counted(super().apply, args, options)

    def patch(self, *args: Any, **options: Any) -> Any:
        return self._counted(super().patch, args, options)

    def delete(self, *args: Any, **options: Any) -> Any:
        return self._counted(super().delete, args, options)

    def _counted(self, write: Callable[..., Any], args: Any, options: Any) -> Any:
        if not self.left or args[0].plural in {"leases", "events"}:
            return write(*args, **options)
        with self._lock:
            answer = write(*args, **options)
            self.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)
            return answer


def main() -> int:
    kubeconfig, namespace, identity, *writes = sys.argv[1:]
    client = MortalClient(load(kubeconfig=kubeconfig))
    client.left = int(writes[0]) if writes else 0
    operator = Operator(
        client,
        image=IMAGE,
        namespace=namespace,
        lease_namespace=namespace,
        identity=identity,
        poll=timedelta(seconds=1),
        timing=TIMING,
        on_note=lambda line: print(line, flush=True),
    )
    operator.start()
    operator.wait()
    return LOST if operator.lost_the_lease else 0


if __name__ == "__main__":
    sys.exit(main())
