"""Which beginnings of a text does a shell pattern match?

`*` is any text, `?` one character, `[a-z]` one of a class, `[^a-z]` one not of it; a backslash
takes its meaning from the next character. The work is proportional to text times pattern, whatever
the pattern is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

Step = Callable[[str], bool] | None
"""A test of one character, or None for any number of characters."""


def trim_prefix(text: str, pattern: str, *, longest: bool) -> str:
    """The text without its shortest or longest beginning that matches; a bad pattern trims none."""
    steps = _parse(pattern)
    return text if steps is None else text[_matched(text, steps, longest=longest) :]


def trim_suffix(text: str, pattern: str, *, longest: bool) -> str:
    """The text without its shortest or longest end that matches; a bad pattern trims none."""
    steps = _parse(pattern)
    if steps is None:
        return text
    return text[: len(text) - _matched(text[::-1], steps[::-1], longest=longest)]


def _matched(text: str, steps: Sequence[Step], *, longest: bool) -> int:
    """Length of the shortest or longest beginning that matches; an empty match counts as none."""
    lengths = [length for length in _match_lengths(text, steps) if length]
    if not lengths:
        return 0
    return max(lengths) if longest else min(lengths)


def _match_lengths(text: str, steps: Sequence[Step]) -> list[int]:
    """All lengths of beginnings that the whole pattern matches."""
    places = _skip_stars({0}, steps)
    lengths = [0] if len(steps) in places else []
    for length, character in enumerate(text, start=1):
        places = _skip_stars(_advance(places, steps, character), steps)
        if len(steps) in places:
            lengths.append(length)
    return lengths


def _advance(places: set[int], steps: Sequence[Step], character: str) -> set[int]:
    after: set[int] = set()
    for place in places:
        step = steps[place] if place < len(steps) else _nothing
        if step is None:
            after.add(place)
        elif step(character):
            after.add(place + 1)
    return after


def _nothing(_: str) -> bool:
    return False


def _skip_stars(places: set[int], steps: Sequence[Step]) -> set[int]:
    reached = set(places)
    for place in places:
        ahead = place
        while ahead < len(steps) and steps[ahead] is None:
            ahead += 1
            reached.add(ahead)
    return reached


def _parse(pattern: str) -> list[Step] | None:
    steps: list[Step] = []
    rest = pattern
    while rest:
        character, rest = rest[0], rest[1:]
        if character == "*":
            steps.append(None)
        elif character == "?":
            steps.append(lambda _: True)
        elif character == "[":
            parsed = _parse_class(rest)
            if parsed is None:
                return None
            step, rest = parsed
            steps.append(step)
        elif character == "\\" and not rest:
            return None
        else:
            if character == "\\":
                character, rest = rest[0], rest[1:]
            steps.append(character.__eq__)
    return steps


def _parse_class(rest: str) -> tuple[Callable[[str], bool], str] | None:
    """What stands behind `[`, up to and including `]`; None when it is not well formed."""
    negated = rest.startswith("^")
    position = 1 if negated else 0
    ranges: list[tuple[str, str]] = []
    while position < len(rest):
        if rest[position] == "]" and ranges:
            return _class_test(ranges, negated=negated), rest[position + 1 :]
        low, position = _class_character(rest, position)
        high = low
        if rest[position : position + 1] == "-":
            high, position = _class_character(rest, position + 1)
        if not low or not high:
            return None
        ranges.append((low, high))
    return None


def _class_character(rest: str, position: int) -> tuple[str, int]:
    if rest[position : position + 1] == "\\":
        position += 1
    return rest[position : position + 1], position + 1


def _class_test(ranges: Sequence[tuple[str, str]], *, negated: bool) -> Callable[[str], bool]:
    return lambda character: any(low <= character <= high for low, high in ranges) is not negated
