"""`options`: what holds for every command."""

from __future__ import annotations

from . import output
from .exit_codes import MEANINGS
from .frame import single
from .settings import GLOBAL_FLAGS


def options() -> None:
    """List the flags that every command takes, and the exit codes.

    Flags may stand anywhere after "kubectl kubestash". Each can also be set in the environment: the
    variable is shown on the right.

    Examples:
    kubectl kubestash options
    """
    rows = [
        (f"{', '.join(flag.names)} {flag.metavar}".rstrip(), flag.help, flag.variable)
        for flag in GLOBAL_FLAGS
    ]
    output.table(rows)
    output.line("\nExit codes:")
    output.table((f"{code:>3}", meaning) for code, meaning in MEANINGS.items())


app = single(options)
