"""`options`: the flags that every command takes."""

from __future__ import annotations

from . import output
from .frame import single
from .settings import GLOBAL_FLAGS


def options() -> None:
    """List the flags that every command takes.

    They may stand anywhere after "kubectl kubestash". Each can also be set in the environment: the
    variable is shown on the right.

    Examples:
    kubectl kubestash options
    """
    rows = [
        (f"{', '.join(flag.names)} {flag.metavar}".rstrip(), flag.help, flag.variable)
        for flag in GLOBAL_FLAGS
    ]
    output.table(rows)


app = single(options)
