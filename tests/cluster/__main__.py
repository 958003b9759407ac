"""`python -m tests.cluster up|down|status|load|build`: see `--help`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from . import cluster, programs
from .instance import existing
from .kubectl import KubectlFailed, NotReady
from .needs import Missing
from .paths import PROJECT
from .s3 import ACCESS_KEY, BUCKET, SECRET_KEY


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        return _COMMANDS[options.command](options)
    except (Missing, NotReady, KubectlFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    parser.add_argument("--name", default="default", help="which cluster (default: %(default)s)")
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start it, wait until its node is Ready")
    up.add_argument("--audit", action="store_true", help="write an audit log")
    up.add_argument("--s3", action="store_true", help="run an S3 server on the node, too")
    commands.add_parser("down", help="remove it and all that it left behind")
    commands.add_parser("status", help="list the clusters of this machine")
    load = commands.add_parser("load", help="make an image known to the node")
    load.add_argument("archive", type=Path)
    commands.add_parser("build", help="build the programs, so that later starts are quick")
    return parser


def _up(options: argparse.Namespace) -> int:
    began = time.monotonic()
    started = cluster.up(options.name, has_audit_log=options.audit, has_s3=options.s3)
    kubectl = started.kubectl.program
    print(f"# Ready after {time.monotonic() - began:.1f} s. To use it:")
    print(f"export KUBECONFIG={started.kubeconfig}")
    program = f"env PYTHONPATH={PROJECT} {sys.executable} -m tests.cluster"
    print(f'export IMAGE_LOAD="{program} --name={options.name} load"')
    print(f"export PATH={kubectl.parent}:$PATH  # kubectl")
    if started.instance.has_s3:
        print(f"export S3_ENDPOINT={started.s3_endpoint} S3_BUCKET={BUCKET}")
        print(f"export AWS_ACCESS_KEY_ID={ACCESS_KEY} AWS_SECRET_ACCESS_KEY={SECRET_KEY}")
    return 0


def _down(options: argparse.Namespace) -> int:
    removed = cluster.down(options.name)
    print(f"Cluster {options.name} {'is removed' if removed else 'was not there'}.")
    return 0


def _status(options: argparse.Namespace) -> int:
    for instance in existing():
        state = "running" if cluster.LocalCluster(instance).is_alive else "ended, to be removed"
        print(f"{instance.name}\t{state}\t{instance.kubeconfig}")
    return 0


def _load(options: argparse.Namespace) -> int:
    for instance in existing():
        if instance.name == options.name:
            cluster.LocalCluster(instance).load(options.archive)
            return 0
    raise Missing(f"There is no cluster {options.name}: python -m tests.cluster up")


def _build(options: argparse.Namespace) -> int:
    for program in programs.ALL:
        print(program.ensure())
    return 0


_COMMANDS = {"up": _up, "down": _down, "status": _status, "load": _load, "build": _build}

if __name__ == "__main__":
    sys.exit(main())
