"""Whatever is in the manifests, each object becomes something or is told."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubectl_kubestash.resolve.convert.conversion import convert
from kubectl_kubestash.resolve.convert.manifests import objects_in
from tests.resolve.test_lint_any_object import ANYTHING, paths, replaced

from .stash_manifests import objects


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_an_object_with_anything_in_it_is_converted_or_told(data: st.DataObject) -> None:
    given_objects: list[Any] = objects()
    index = data.draw(st.integers(0, len(given_objects) - 1))
    path = data.draw(st.sampled_from([each for each in paths(given_objects[index]) if each]))
    given_objects[index] = replaced(given_objects[index], path, data.draw(ANYTHING))

    found = convert(given_objects)

    assert len(found) == len(given_objects)
    assert all(each.objects or each.notes for each in found)
    json.dumps([each.objects for each in found])


@given(text=st.text(alphabet="a:#'\"- \n|>[]{}&*!%\té", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    found, problems = objects_in(text)

    assert not (found and problems)
    assert all(comment.startswith("#") for each in found for comment in each.comments)


def test_namesakes_are_written_once_and_those_that_differ_are_told() -> None:
    first = next(each for each in objects() if each["kind"] == "Repository")
    other = {**first, "spec": {**first["spec"], "wipeOut": True}}

    same, differing = convert([first, first]), convert([first, other])

    assert [len(each.objects) for each in same] == [1, 0]
    assert [len(each.objects) for each in differing] == [1, 0]
    assert ("lost", "") in [(note.level, note.path) for note in differing[1].notes]


def test_a_task_without_steps_does_not_say_what_runs() -> None:
    given_objects = [
        {**each, "spec": None} if each["kind"] == "Task" else each for each in objects()
    ]

    found = convert(given_objects)

    tasks = [
        session["addon"]["tasks"]
        for each in found
        for made in each.objects
        if made["kind"] == "BackupConfiguration"
        for session in made["spec"]["sessions"]
    ]
    assert tasks
    assert all(tasks)
