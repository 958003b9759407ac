"""`create`: manifests from flags, shown or sent. Each of its commands has a module of its own."""

from __future__ import annotations

from .create_backupconfig import backupconfig
from .create_encryption_secret import encryption_secret
from .create_retention import retention
from .create_storage import storage
from .frame import Command, group

app = group("Create storages, encryption Secrets, configurations and policies.")

app.command(cls=Command)(storage)
app.command(cls=Command)(backupconfig)
app.command(cls=Command)(retention)
app.command("encryption-secret", cls=Command)(encryption_secret)
