"""The one redactor: everything that we print, report or record goes through it.

restic repeats the repository URL in its error texts, credentials included, and a tool that is
misconfigured may echo what it was given. Known secret values are replaced wherever they show up;
credentials inside URLs are replaced even when nobody told us about them.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

MASK = "***"
_SHORTEST = 4
"""Shorter values would black out ordinary words."""

_LINE = 16
"""From this length on, each line of a longer secret counts as a secret of its own."""

_URL_CREDENTIALS = re.compile(r"(?<=//)[^/@\s]*(?=@)")


class Redactor:
    """Replaces secrets by `***` in texts, and in the errors of what is recorded."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: tuple[str, ...] = ()
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Hide these values from now on, as they are, URL-quoted and in base64."""
        known = set(self._secrets)
        for secret in secrets:
            known.update(_forms(secret))
        # Longest first: a secret that contains another one must not leave its rest behind.
        self._secrets = tuple(sorted(known, key=lambda text: (-len(text), text)))

    def text(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, MASK)
        return _URL_CREDENTIALS.sub(MASK, text)

    def errors(self, value: Any) -> Any:
        """The same tree with each text named `error` redacted.

        Names, paths and ids are ours and stay whole: a password such as `data` or `1234` would
        make holes in them, and what they stand for could not be found again.
        """
        if isinstance(value, Mapping):
            return {
                key: self.text(item)
                if key == "error" and isinstance(item, str)
                else self.errors(item)
                for key, item in value.items()
            }
        if isinstance(value, list | tuple):
            return [self.errors(item) for item in value]
        return value


def _forms(secret: str) -> set[str]:
    stripped = secret.strip()
    pieces = {stripped}
    if "\n" in stripped:
        pieces |= {line.strip() for line in stripped.splitlines() if len(line.strip()) >= _LINE}
    forms = set(pieces)
    for piece in pieces:
        forms.add(quote(piece, safe=""))
        forms.add(base64.b64encode(piece.encode()).decode().rstrip("="))
    return {form for form in forms if len(form) >= _SHORTEST}
