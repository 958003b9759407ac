"""A backend that somebody else has written to, by mistake or on purpose."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from kubectl_kubestash.api.resources import REPOSITORY, SNAPSHOT
from kubectl_kubestash.errors import BackendError
from kubectl_kubestash.resolve import names
from kubectl_kubestash.resolve.backend import StoreSettings
from kubectl_kubestash.runner.backend import Backend
from kubectl_kubestash.runner.documents import load

from .test_storage_tasks import after_the_loss_of_the_cluster

if TYPE_CHECKING:
    from pathlib import Path

    from .world import World

BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        pytest.param(BOMB, "refers to itself", id="a bomb"),
        pytest.param("a: " + "[" * 900 + "]" * 900, "nested too deep", id="nested for ever"),
        pytest.param("- a list", "holds no object", id="a list"),
        pytest.param("", "holds no object", id="half written"),
        pytest.param("metadata: text", "metadata is no map", id="metadata is a text"),
        pytest.param("spec: [1]", "spec is no map", id="spec is a list"),
        pytest.param("status: 5", "status is no map", id="status is a number"),
        pytest.param("!!python/object:os.system {}", "is not YAML", id="a Python object"),
        pytest.param("1: a", "1 is no name", id="a number as name"),
    ],
)
def test_a_file_that_is_no_plain_object_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(BackendError, match=complaint):
        load(text.encode(), "metadata.yaml")


@pytest.mark.parametrize("listed", ["{a: b}", "[text]", "5"])
def test_metadata_that_lists_no_repositories_is_refused(world: World, listed: str) -> None:
    (world.backend / "metadata.yaml").write_text(f"repositories: {listed}")

    assert "repositories is no list of maps" in world.init_storage()["error"]
    assert "repositories is no list of maps" in world.init_repository()["error"]


def test_times_stay_texts_however_they_are_written() -> None:
    document = load(b"metadata: {creationTimestamp: 2026-01-02T03:04:05Z}", "x.yaml")

    assert json.dumps(document) == '{"metadata": {"creationTimestamp": "2026-01-02T03:04:05Z"}}'


def test_a_file_that_is_far_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "metadata.yaml").open("wb") as file:
        file.truncate(1 << 33)
    backend = Backend(StoreSettings("local", str(tmp_path), {}, {}), name="The folder")

    with pytest.raises(BackendError, match="8589934592 bytes"):
        backend.find("metadata.yaml")


def record(world: World, session: str) -> Path:
    return world.backend / "files" / "snapshots" / f"{names.snapshot('files', session)}.yaml"


def change(path: Path, **fields: Any) -> None:
    document = yaml.safe_load(path.read_text())
    for name, value in fields.items():
        document[name] = {**document[name], **value}
    path.write_text(yaml.safe_dump(document))


def test_a_record_under_a_wrong_name_changes_no_other_snapshot(world: World) -> None:
    first, second = world.back_up(), world.back_up()
    world.finish(first)
    sly = record(world, first).with_name("sly.yaml")
    sly.write_text(record(world, first).read_text())
    change(sly, metadata={"name": names.snapshot("files", second)})
    ids = world.ids(second)

    result = world.init_storage()

    assert world.ids(second) == ids
    assert "sly" in result["repositories"][0]["error"]


def test_a_snapshot_of_another_repository_is_not_overwritten(world: World) -> None:
    session = world.back_up()
    world.finish(session)
    key = world.key(names.snapshot("files", session))
    change_owner = {"spec": {"repository": "other"}, "metadata": {"labels": None}}
    world.client.patch(SNAPSHOT, key, change_owner)
    world.client.patch(SNAPSHOT, key, {"status": {"phase": "Running"}}, subresource="status")

    result = world.init_storage()

    assert world.snapshot(session)["status"]["phase"] == "Running"
    assert "of Repository other" in result["repositories"][0]["error"]


def test_one_record_that_cannot_be_read_does_not_hide_the_others(world: World) -> None:
    first, second = world.back_up(), world.back_up()
    world.finish(first)
    world.finish(second)
    record(world, first).write_text("{ half of")
    fresh = after_the_loss_of_the_cluster(world)

    result = fresh.init_storage()

    assert fresh.snapshot(second)["status"]["phase"] == "Succeeded"
    assert "is not YAML" in result["repositories"][0]["error"]
    assert result["repositories"][0]["synced"] is False


def test_a_record_of_another_place_makes_no_repository(world: World) -> None:
    world.finish(world.back_up())
    change(world.backend / "files" / "repository.yaml", spec={"path": "/elsewhere"})
    fresh = after_the_loss_of_the_cluster(world)

    result = fresh.init_storage()

    assert "/elsewhere" in result["repositories"][0]["error"]
    assert fresh.client.find(REPOSITORY, fresh.key("files")) is None


def test_a_mark_that_names_nobody_is_passed_over_in_a_search(world: World) -> None:
    session = world.back_up()
    world.finish(session)
    (world.backend / "metadata.yaml").unlink()
    (world.backend / "charts").mkdir()
    (world.backend / "charts" / "repository.yaml").write_text("url: somewhere")

    result = world.init_storage()

    assert [entry["name"] for entry in result["repositories"]] == ["files"]


def test_links_in_a_directory_do_not_lead_a_clean_up_out_of_it(world: World) -> None:
    world.init_repository()
    world.back_up()
    outside = world.backend / "precious"
    outside.mkdir()
    (outside / "thesis.tex").write_text("years of work")
    (world.backend / "files" / "link").symlink_to(outside)
    (world.backend / "files" / "file").symlink_to(outside / "thesis.tex")

    assert world.cleanup("Repository", "files")["removed"] is True

    assert (outside / "thesis.tex").read_text() == "years of work"
    assert not (world.backend / "files").exists()


def test_an_id_that_is_a_flag_reaches_no_command_line(world: World) -> None:
    world.secret("encryption", {"RESTIC_PASSWORD": "correct horse battery staple "})
    session = world.back_up()
    marker = world.folder / "ran"
    stats = world.component(session)["resticStats"]
    stats[0]["summary"]["id"] = f"--password-command=touch {marker}"
    key = world.key(names.snapshot("files", session))
    patch = {"status": {"components": {"dump": {"resticStats": stats}}}}
    world.client.patch(SNAPSHOT, key, patch, subresource="status")

    component = world.restore(session)

    assert not marker.exists()
    assert "is no id of a restic snapshot" in component["error"]
