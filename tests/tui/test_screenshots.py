"""What pictures and the film are made of."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.tui.screenshots import film, terminal_svg
from tests.tui.screenshots.__main__ import IMAGES, LARGEST

SCREEN = "\x1b[1mbold\x1b[0m & <plain>\n\n\x1b[32m✔ done\x1b[0m \x1b[7mmarked \x1b[0m"


def test_a_screen_keeps_its_text_its_colours_and_its_places() -> None:
    made = terminal_svg.picture(SCREEN, "ui <1>", columns=40)
    texts = {
        "".join(one.itertext()): one.get("class")
        for one in ET.fromstring(made).iter()
        if _is_text(one)
    }

    assert texts == {"ui <1>": "t", "bold": "b", " & <plain>": None, "✔ done": "c2", "marked ": "r"}
    assert f"translate(0,{2 * terminal_svg.HIGH})" in made


def test_a_colour_goes_on_over_the_end_of_a_line() -> None:
    first, second, third = terminal_svg.lines_svg("\x1b[2mone\ntwo\x1b[0m\nthree")

    assert ['class="d"' in line for line in (first, second, third)] == [True, True, False]


def _is_text(found: ET.Element) -> bool:
    return found.tag.endswith("}text")


def test_a_film_keeps_a_line_once_and_shortens_long_waits() -> None:
    frames = [(0.0, "one\ntwo"), (100.0, "one\nthree"), (100.1, "one\nthree")]
    made = film.made(frames, "make demo", columns=20, lines=5)

    assert made.count(">one<") == 1
    assert made.count("<use") == 6
    assert film.durations(frames)[0] == film.LONGEST
    assert "steps(1,end)" in made
    assert ET.fromstring(made).tag.endswith("svg")


def test_the_pictures_of_the_readme_are_there_and_small() -> None:
    readme = (IMAGES.parent.parent / "README.md").read_text(encoding="utf-8")
    pictures = sorted(IMAGES.glob("*.svg"))

    assert len(pictures) == 5
    for picture in pictures:
        assert f"docs/images/{picture.name}" in readme
        assert picture.stat().st_size <= LARGEST
        assert ET.parse(picture).getroot().tag.endswith("svg")
