"""An S3 bucket that pods can reach, and the objects that name it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from obstore.store import S3Store

from . import manifests

if TYPE_CHECKING:
    from .manifests import Manifest


@dataclass(frozen=True)
class Bucket:
    """A bucket of a real S3 server, with the keys that open it."""

    endpoint: str
    """Its URL for pods and for this machine."""

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

    def keys(self, prefix: str) -> set[str]:
        """The keys of all objects below a prefix."""
        store = S3Store(
            self.name,
            endpoint=self.endpoint,
            access_key_id=self.access_key,
            secret_access_key=self.secret_key,
            region="us-east-1",
            virtual_hosted_style_request=False,
            client_options={"allow_http": True},
        )
        return {entry["path"] for page in store.list(prefix) for entry in page}

    def storage(self, name: str, *, prefix: str) -> Manifest:
        """A BackupStorage in the folder `prefix` of the bucket."""
        return manifests.s3_storage(name, endpoint=self.endpoint, bucket=self.name, prefix=prefix)
