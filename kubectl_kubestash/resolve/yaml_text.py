"""Which texts must stand in quotes, so that every reader of YAML takes them for texts?"""

from __future__ import annotations

import re

_OTHERWISE = re.compile(
    r"[yYnN]"
    r"|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
    r"|[-+]?0[oOxXbB][0-9a-fA-F_]+"
)


def needs_quotes(text: str) -> bool:
    """Whether kubectl would read a text as a number or a boolean where PyYAML would not.

    PyYAML quotes what it would itself read as something else. kubectl also reads `y` and `n` as
    booleans, and takes numbers with an exponent but without a point, and in other bases
    (https://github.com/kubernetes-sigs/yaml/blob/master/goyaml.v2/resolve.go).
    """
    return _OTHERWISE.fullmatch(text) is not None
