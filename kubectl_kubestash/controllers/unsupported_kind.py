"""Kinds that this operator knows but does not act on yet: who makes one is told so.

Somebody who applies a BackupBatch would otherwise believe that it is backed up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..api.resources import BACKUP_BATCH
from ..resolve import conditions, configuration_status
from ..resolve.findings import summary
from ..resolve.validation.unsupported_kind import kind_findings
from . import finalizers
from .result import Result, done

if TYPE_CHECKING:
    from ..api.resources import ObjectKey, Resource
    from .context import Context


class UnsupportedKindReconciler:
    """Says on each object of one kind that nothing will come of it, and changes nothing else."""

    def __init__(self, context: Context, resource: Resource) -> None:
        self._context = context
        self._resource = resource

    def reconcile(self, key: ObjectKey) -> Result:
        """One pass over one object."""
        context = self._context
        raw = context.store.find(self._resource, key)
        if raw is None or finalizers.is_being_deleted(raw):
            return done()
        findings = kind_findings(self._resource, key)
        message = summary(findings)
        if self._resource is BACKUP_BATCH:
            status = raw.get("status") or {}
            entries = conditions.with_condition(
                status.get("conditions") or (),
                conditions.VALIDATION_PASSED,
                False,
                message,
                now=context.now(),
            )
            fields = {"phase": configuration_status.INVALID, "conditions": entries}
            context.writer.patch_status(self._resource, raw, fields)
        context.events.warning(raw, findings[0].reason, message)
        return done()
