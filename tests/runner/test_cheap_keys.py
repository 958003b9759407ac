"""The restic of these tests differs from the one that is shipped in the price of a key alone."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

from tests import tools

if TYPE_CHECKING:
    from pathlib import Path


def test_what_it_keeps_is_read_and_checked_by_restic_as_it_is(tmp_path: Path) -> None:
    kept, restored = tmp_path / "kept.txt", tmp_path / "restored"
    kept.write_text("as it was")
    cheap, genuine = tools.restic_with_cheap_keys(), tools.restic()

    for program, *arguments in (
        (cheap, "init"),
        (cheap, "backup", str(kept)),
        (genuine, "check", "--read-data"),
        (genuine, "restore", f"latest:{tmp_path}", "--target", str(restored)),
    ):
        environment = {"RESTIC_REPOSITORY": str(tmp_path / "repository"), "RESTIC_PASSWORD": "p"}
        subprocess.run([program, "--no-cache", *arguments], env=environment, check=True)

    assert (restored / "kept.txt").read_text() == "as it was"
