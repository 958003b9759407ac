"""Two clusters never share a name, an address or a folder."""

from __future__ import annotations

import io
import json
import tarfile
from hashlib import sha256
from pathlib import Path

import pytest

from . import cgroups, image
from .external import from_environment
from .image_archive import write_archive
from .instance import Instance, existing


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


def test_an_instance_is_found_again_by_its_folder() -> None:
    instance = Instance("one", 7, has_audit_log=True)
    instance.save()

    assert (Instance.load(instance.folder), existing()) == (instance, [instance])


def test_a_folder_without_a_record_is_not_taken_for_a_cluster() -> None:
    Instance("one", 7).folder.mkdir(parents=True)

    assert existing() == []


def test_two_instances_have_nothing_in_common() -> None:
    one, two = Instance("one", 1), Instance("two", 2)
    names = ("folder", "interface", "host_address", "node_address", "pod_addresses", "cgroup")

    assert [name for name in names if getattr(one, name) == getattr(two, name)] == []


def test_a_cgroup_is_made_below_each_controller_and_inherits_the_processors(tmp_path: Path) -> None:
    for controller in ("cpuset", "memory"):
        (tmp_path / controller).mkdir()
        (tmp_path / controller / "cgroup.procs").touch()

    cgroups.make("ours", root=tmp_path)

    assert (tmp_path / "cpuset/ours").is_dir()
    assert (tmp_path / "memory/ours").is_dir()


def test_a_cgroup_goes_with_all_below_it(tmp_path: Path) -> None:
    (tmp_path / "cgroup.controllers").write_text("cpu memory\n")
    (tmp_path / "ours/pods/one").mkdir(parents=True)
    (tmp_path / "theirs").mkdir()

    cgroups.remove("ours", root=tmp_path)

    assert sorted(one.name for one in tmp_path.iterdir()) == ["cgroup.controllers", "theirs"]


@pytest.mark.parametrize("given", [{}, {"KUBECONFIG": "x"}, {"IMAGE_LOAD": "x"}])
def test_a_kubeconfig_alone_does_not_lead_tests_to_a_cluster(given: dict[str, str]) -> None:
    assert from_environment(given) is None


def test_a_cluster_of_somebody_else_is_named_together_with_its_load_command() -> None:
    given = {"KUBECONFIG": "/x/config", "IMAGE_LOAD": "kind load 'image-archive'"}

    cluster = from_environment(given | {"TEST_HOST_ADDRESS": "172.18.0.1"})

    assert cluster is not None
    assert cluster.kubeconfig == Path("/x/config")
    assert cluster.load_command == ("kind", "load", "image-archive")
    assert cluster.host_address == "172.18.0.1"


def test_an_image_archive_names_its_image_and_the_digest_of_its_layer(tmp_path: Path) -> None:
    file = write_archive(tmp_path / "a.tar", name="example/one:1", layer=b"layer")

    with tarfile.open(file) as tar:
        manifest = json.load(tar.extractfile("manifest.json") or io.BytesIO())[0]
        configuration = json.load(tar.extractfile(manifest["Config"]) or io.BytesIO())

    assert manifest["RepoTags"] == ["example/one:1"]
    assert configuration["rootfs"]["diff_ids"] == [f"sha256:{sha256(b'layer').hexdigest()}"]


def test_the_image_has_the_name_that_the_product_asks_for() -> None:
    assert image.image_name() == "docker.io/library/kubectl-kubestash:0.1.0"
