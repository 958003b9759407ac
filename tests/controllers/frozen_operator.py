"""An operator in a process of its own that freezes itself just before one of its writes.

It has asked its Lease already, so the write goes out as soon as it is thawed: what a leader does
that was stopped by its machine at the worst of all moments.

python -m tests.controllers.frozen_operator KUBECONFIG NAMESPACE VERB PLURAL
"""

from __future__ import annotations

import signal
import sys
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from kubectl_kubestash.controllers.operator import Operator
from kubectl_kubestash.errors import KubeStashError
from kubectl_kubestash.kube.client import Client
from kubectl_kubestash.kube.config import load
from tests.controllers.mortal_operator import LOST, TIMING
from tests.controllers.world import IMAGE

if TYPE_CHECKING:
    from collections.abc import Callable


class FreezingClient(Client):
    """Stops its process before the first write of this verb to this kind, and tells what came."""

    verb, plural = "", ""
    answered = threading.Event()
    """Set when the write that was held up has been answered."""

    _lock = threading.Lock()
    _was_frozen = False

    def create(self, *args: Any, **options: Any) -> Any:
        return self._written("create", super().create, args, options)

    def patch(self, *args: Any, **options: Any) -> Any:
        return self._written("patch", super().patch, args, options)

    def delete(self, *args: Any, **options: Any) -> Any:
        return self._written("delete", super().delete, args, options)

    def _written(self, verb: str, write: Callable[..., Any], args: Any, options: Any) -> Any:
        with self._lock:
            is_it = (verb, args[0].plural) == (self.verb, self.plural) and not self._was_frozen
            self._was_frozen = self._was_frozen or is_it
        if not is_it:
            return write(*args, **options)
        print("frozen", flush=True)
        # To this very thread: it stops before it goes on, and all others with it.
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
        try:
            answer = write(*args, **options)
        except KubeStashError as error:
            print(f"refused {type(error).__name__}", flush=True)
            self.answered.set()
            raise
        print("written", flush=True)
        self.answered.set()
        return answer


def main() -> int:
    kubeconfig, namespace, verb, plural = sys.argv[1:]
    client = FreezingClient(load(kubeconfig=kubeconfig))
    client.verb, client.plural = verb, plural
    operator = Operator(
        client,
        image=IMAGE,
        namespace=namespace,
        lease_namespace=namespace,
        lease_client=Client(client.login),
        identity="frozen",
        poll=timedelta(seconds=1),
        timing=TIMING,
    )
    operator.start()
    operator.wait()
    client.answered.wait(60)
    return LOST if operator.lost_the_lease else 0


if __name__ == "__main__":
    sys.exit(main())
