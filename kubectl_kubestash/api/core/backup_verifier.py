"""BackupVerifier: how it is checked that backups can be restored."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..addon_info import AddonInfo
from ..embedded import Volume, VolumeMount
from ..markers import SERVER_DEFAULT, Int32
from ..meta import KubeModel, KubeResource, OpenEnum, RawObject, TypedObjectReference
from ..resources import BACKUP_VERIFIER
from ..retry_config import RetryConfig
from ..runtime_settings import RuntimeSettings
from ..scheduler import Scheduler


class VerificationType(OpenEnum):
    """What is checked."""

    RESTORE_ONLY = "RestoreOnly"
    QUERY = "Query"
    SCRIPT = "Script"


class RestoreOption(KubeModel):
    """How a backup is restored for the check."""

    target: TypedObjectReference | None = None
    """Where to restore to. It must be there, must not be what was backed up, and its data is
    overwritten."""

    addon_info: AddonInfo | None = None
    """How it is restored: an addon and its restore tasks."""


class VerificationScript(KubeModel):
    """A script that judges what was restored: it ends with 0 when all is well."""

    location: str = ""
    """Absolute path of the script in the verifier's container."""

    args: tuple[str, ...] = ()
    """Arguments of the script."""


class BackupVerifierSpec(KubeModel):
    """How backups are checked, and when."""

    restore_option: RestoreOption | None = None
    """How a backup is restored for the check."""

    scheduler: Scheduler | None = None
    """When the newest backup is checked; without it, on request only."""

    function: str = ""
    """Function whose container checks what was restored; needed for the types Query and Script."""

    volumes: tuple[Volume, ...] = ()
    """Volumes of the verifier's pod, such as a ConfigMap that holds the script."""

    volume_mounts: tuple[VolumeMount, ...] = ()
    """Where the verifier's container mounts them."""

    type: VerificationType | None = None
    """What is checked: `RestoreOnly`, that the restore succeeds; `Query`, that the database has
    what `query` names; `Script`, that `script` ends with 0."""

    query: RawObject = Field(default_factory=dict)
    """What the database must have, in the words of the Function; for the type Query."""

    script: VerificationScript | None = None
    """The script to run; for the type Script."""

    retry_config: RetryConfig | None = None
    """Whether a failed check is tried again; not when empty."""

    session_history_limit: Annotated[Int32, SERVER_DEFAULT] = 1
    """How many finished BackupVerificationSessions are kept, with their Jobs. Default: 1."""

    runtime_settings: RuntimeSettings | None = None
    """Settings of the verifier's pod."""


class BackupVerifier(KubeResource):
    """How it is checked that the backups in a Repository can be restored."""

    resource: ClassVar = BACKUP_VERIFIER

    spec: BackupVerifierSpec = Field(default_factory=BackupVerifierSpec)
    """How backups are checked, and when."""
