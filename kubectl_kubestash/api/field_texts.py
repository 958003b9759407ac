"""What do the fields of a model mean? The texts under them in the source, for the CRDs.

Read from the source when the CRDs are generated, so that loading the models costs nothing for it.
"""

from __future__ import annotations

import ast
import inspect
from functools import cache
from textwrap import dedent
from typing import TYPE_CHECKING

from .meta import KubeModel

if TYPE_CHECKING:
    from collections.abc import Iterator


def field_texts(model: type[KubeModel]) -> dict[str, str]:
    """The text of each field that has one, by Python name; a derived class overrides its base."""
    texts: dict[str, str] = {}
    for level in reversed(model.__mro__):
        if issubclass(level, KubeModel) and level is not KubeModel:
            texts.update(_texts_in(level))
    return texts


def model_text(model: type[KubeModel]) -> str:
    """What the model as a whole is, as one paragraph."""
    return _one_line(model.__doc__ or "")


@cache
def _texts_in(level: type[KubeModel]) -> tuple[tuple[str, str], ...]:
    return tuple(_read_texts(level))


def _read_texts(level: type[KubeModel]) -> Iterator[tuple[str, str]]:
    definition = ast.parse(dedent(inspect.getsource(level))).body[0]
    assert isinstance(definition, ast.ClassDef)
    for statement, following in zip(definition.body, definition.body[1:], strict=False):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        match following:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield statement.target.id, _one_line(text)
            case _:
                pass


def _one_line(text: str) -> str:
    return " ".join(text.split())
