"""Which findings keep no object from being taken?"""

from __future__ import annotations

from ..wording import NOT_SUPPORTED

WARNINGS = frozenset({NOT_SUPPORTED, "OldTaskName"})
"""Reasons of findings that say that something is right, but is not honoured yet, or should be
written otherwise."""
