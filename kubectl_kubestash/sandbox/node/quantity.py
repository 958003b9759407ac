"""How much is `64Mi`? https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/."""

from __future__ import annotations

import math
import re
from decimal import Decimal

_UNITS = {"": Decimal(1), "m": Decimal("0.001"), "k": Decimal(1000)}
_UNITS |= {unit: Decimal(1000) ** power for power, unit in enumerate("MGTPE", 2)}
_UNITS |= {f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", 1)}
_FORM = re.compile(r"([0-9.]+(?:[eE][-+]?[0-9]+)?)([a-zA-Z]*)")


def number(text: object, divisor: object = "1") -> int:
    """So many, rounded up as the kubelet does. Raises ValueError for what is no quantity."""
    return math.ceil(_exact(text) / (_exact(divisor) or 1))


def _exact(text: object) -> Decimal:
    match = _FORM.fullmatch(str(text))
    if match is None or match[2] not in _UNITS:
        raise ValueError(f"{text!r} is not a quantity such as 64Mi")
    return Decimal(match[1]) * _UNITS[match[2]]
