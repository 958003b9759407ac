"""Which flows need more than the sandbox has, and why. docs/sandbox.md names them, too."""

from __future__ import annotations

ELSEWHERE = {
    "test_operator_in_cluster.py": "the operator as a Deployment needs RBAC that is enforced, and"
    " a network of pods with addresses of their own",
    "test_foreign_function.py": "the image of somebody else is a root file system, and the sandbox"
    " has those of this machine alone",
    "test_rights.py": "rights are not enforced on the sandbox",
    "test_workloads.py::test_a_deployment_comes_back_and_what_was_left_out_is_told": "its pod"
    " mounts a directory of the node, and the sandbox gives none but those below its own folder",
    "test_workload_examples.py::test_the_daemon_set_guide": "its pod names arguments and no"
    " command, which only an image could add",
}
"""File of tests/flows, or file::test → reason."""


def not_on_the_sandbox(nodeid: str) -> bool:
    """Whether a test cannot run on the sandbox; no other tests than flows can."""
    folder, _, rest = nodeid.partition("tests/flows/")
    if folder or not rest:
        return True
    file, _, test = rest.partition("::")
    return file in ELSEWHERE or f"{file}::{test.partition('[')[0]}" in ELSEWHERE
