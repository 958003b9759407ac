"""`python -m bench.webhook_program NAMESPACE`: the webhook alone, as the operator serves it.

Prints its port when it is ready; at the end of its input, how long each review took, in JSON.
"""

from __future__ import annotations

import gc
import json
import sys
import time

from kubectl_kubestash.api.resources import ObjectKey
from kubectl_kubestash.controllers.admission.endpoint import Webhook
from kubectl_kubestash.controllers.admission.keeper import Keeper
from kubectl_kubestash.kube import config
from kubectl_kubestash.kube.client import Client


def main(namespace: str) -> None:
    """Serve until nobody writes to us any more."""
    gc.set_threshold(20_000, 20, 50)  # As the operator has it.
    times: list[tuple[float, float]] = []
    client = Client(config.load())
    keeper = Keeper(client, ObjectKey(namespace, "certificate"), ["127.0.0.1"])
    webhook = Webhook(
        client,
        ("127.0.0.1", 0),
        keeper,
        on_review=lambda waited, worked: times.append((waited, worked)),
    )
    webhook.start()
    while webhook.unready():
        time.sleep(0.1)
    for line in sys.stdin:
        if line.strip() == "port":
            answer: object = webhook.port
        else:
            answer, cpu = times[:], time.process_time()
            times.clear()
            answer = {"times": answer, "cpu": cpu}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
