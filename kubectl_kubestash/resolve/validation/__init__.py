"""What is wrong with an object? Asked by the operator, by `lint`, and by the admission webhook."""

from .backup_configuration import (
    ConfigurationInputs,
    configuration_findings,
    configuration_warnings,
)
from .backup_storage import storage_findings
from .restore_session import RestoreInputs, restore_findings
from .retention_policy import policy_findings

__all__ = [
    "ConfigurationInputs",
    "RestoreInputs",
    "configuration_findings",
    "configuration_warnings",
    "policy_findings",
    "restore_findings",
    "storage_findings",
]
