"""An S3 bucket that pods can reach, and the objects that name it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from . import manifests

if TYPE_CHECKING:
    from .manifests import Manifest


@dataclass(frozen=True)
class Bucket:
    """A bucket of a real S3 server, with the keys that open it."""

    endpoint: str
    name: str
    access_key: str
    secret_key: str

    def secret(self) -> Manifest:
        """The Secret `s3-secret` with the keys."""
        return manifests.secret(
            "s3-secret",
            AWS_ACCESS_KEY_ID=self.access_key,
            AWS_SECRET_ACCESS_KEY=self.secret_key,
        )

    def storage(self, name: str, *, prefix: str) -> Manifest:
        """A BackupStorage in the folder `prefix` of the bucket."""
        return manifests.s3_storage(name, endpoint=self.endpoint, bucket=self.name, prefix=prefix)
