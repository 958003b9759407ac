"""The wheel, installed in a folder far from this work tree, is the whole product."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.cluster.image import wheel

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment that has our dependencies, and of ours the wheel alone."""
    folder = tmp_path_factory.mktemp("installed") / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(built)], check=True)
    packages = next((folder / "lib").glob("python3*/site-packages"))
    (packages / "dependencies.pth").write_text(dependencies())
    return folder


def dependencies() -> str:
    """Where this environment keeps packages. Its editable link to the work tree is not followed."""
    return next(path for path in sys.path if path.endswith("site-packages"))


def run(installed: Path, program: str, *arguments: str) -> str:
    answer = subprocess.run(
        [installed / "bin" / program, *arguments],
        cwd=installed,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout


def test_the_wheel_has_the_packages_and_the_kinds(built: Path) -> None:
    names = zipfile.ZipFile(built).namelist()
    tops = {name.split("/")[0] for name in names}
    kinds = {Path(name).name for name in names if name.startswith("crds/")}

    assert tops == {"kubectl_kubestash", "tui", "crds", "kubectl_kubestash-0.1.0.dist-info"}
    assert kinds >= {file.name for file in (PROJECT / "crds").glob("*.yaml")}
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_every_data_file_of_the_package_is_in_the_wheel(built: Path) -> None:
    names = set(zipfile.ZipFile(built).namelist())
    data = [
        str(file.relative_to(PROJECT))
        for file in (PROJECT / "kubectl_kubestash").rglob("*")
        if file.is_file() and file.suffix not in {".py", ".pyc"}
    ]

    assert data
    assert [file for file in data if file not in names] == []


def test_the_installed_plugin_tells_its_version(installed: Path) -> None:
    assert "0.1.0" in run(installed, "kubectl-kubestash", "version", "--client")


def test_the_installed_plugin_runs_from_the_wheel_and_not_from_this_folder(installed: Path) -> None:
    line = "import kubectl_kubestash; print(kubectl_kubestash.__file__)"

    assert Path(run(installed, "python", "-c", line).strip()).is_relative_to(installed)


def test_the_installed_plugin_brings_all_kinds_that_it_installs(installed: Path) -> None:
    manifests = run(installed, "kubectl-kubestash", "install", "--dry-run=client", "-o", "yaml")

    kinds = manifests.count("kind: CustomResourceDefinition\n")
    assert kinds == len(list((PROJECT / "crds").glob("*.yaml")))


@pytest.mark.parametrize("program", ["kubestash-runner", "kubectl_complete-kubestash"])
def test_the_other_programs_are_installed_too(installed: Path, program: str) -> None:
    assert os.access(installed / "bin" / program, os.X_OK)
