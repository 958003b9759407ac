"""What the documentation tells people to type exists."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from kubectl_kubestash.cli.exit_codes import MEANINGS

if TYPE_CHECKING:
    from .program import Terminal

PROJECT = Path(__file__).parents[2]
PAGES = (
    "README.md",
    *(
        f"docs/{name}.md"
        for name in (
            "addons", "convert", "install-in-a-cluster", "lint", "monitor", "postgresql", "sandbox",
            "try-it-on-kind", "webhook", "workloads",
        )
    ),
)  # fmt: skip


def commands(page: str) -> list[list[str]]:
    """The words of each `kubectl kubestash …` in the examples of a page."""
    text = (PROJECT / page).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = re.findall(r"^\$ kubectl kubestash (.*)$", text, re.MULTILINE)
    found = [shlex.split(line, comments=True) for line in lines]
    return [[word for word in words if word != "&"] for words in found]


@pytest.mark.parametrize("page", PAGES)
def test_each_command_and_each_flag_of_the_documentation_exists(
    page: str, terminal: Terminal
) -> None:
    found = commands(page)

    answers = {" ".join(words): terminal(*words, "--help") for words in found}

    assert found
    assert {line: answer.err for line, answer in answers.items() if answer.code} == {}


def test_a_flag_that_does_not_exist_would_be_found(terminal: Terminal) -> None:
    assert terminal("backup", "now", "files", "--folow", "--help").code == 2


def test_the_main_job_is_ten_lines() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    chapter = text.partition("## The main job in ten lines")[2]
    block = chapter.split("```")[1]

    assert len([line for line in block.splitlines() if line.startswith("$ ")]) == 10
    assert len(block.strip().splitlines()) == 11  # with the word "console"


def test_the_readme_names_every_exit_code_and_every_make_target() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):[^#\n]*## ", makefile, re.MULTILINE)

    codes = {int(code) for code in re.findall(r"(?<=\| )(\d+)(?= \|)", text)}
    assert codes == {int(code) for code in MEANINGS}
    assert [target for target in targets if f"`{target}`" not in text] == ["help"]
