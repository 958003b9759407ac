from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PLUGIN = Path(sys.executable).with_name("kubectl-kubestash")


def test_where_there_is_no_sandbox_kubectl_is_not_led_to_the_users_own_cluster(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "none"

    answer = subprocess.run(
        [PLUGIN, "sandbox", "kubeconfig", "--folder", folder],
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 7
    assert answer.stdout == f"{folder}/kubeconfig\n"
    assert "there is no sandbox" in answer.stderr
