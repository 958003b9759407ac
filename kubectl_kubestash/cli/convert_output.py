"""Where the manifests go that `convert` has made: to stdout, or to the same files of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..errors import Refused, UsageError
from . import output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..resolve.convert.conversion import Converted
    from ..resolve.convert.manifests import Found
    from .manifest_files import ManifestFile


class Made(NamedTuple):
    """What has become of one object of a file."""

    file: str
    found: Found
    result: Converted


def write_stdout(made: Sequence[Made], *, form: str) -> None:
    """Print all manifests, as YAML or JSON."""
    if form == "json":
        documents = [document for each in made for document in each.result.objects]
        output.documents(documents, output.parse_format("json"))
    else:
        output.text(_yaml(made))


def write_folder(folder: Path, made: Sequence[Made], places: Mapping[str, Path]) -> None:
    """Write each file to its place below the folder. Raises Refused before it overwrites any."""
    texts: dict[Path, list[Made]] = {}
    for each in made:
        if each.result.objects:
            texts.setdefault(folder / places[each.file], []).append(each)
    for path in texts:
        if path.exists():
            raise Refused(f"{path} is there already", "name a folder that is empty")
    for path, of_file in texts.items():
        save(path, _yaml(of_file))


def places(sources: Sequence[ManifestFile], roots: Sequence[str]) -> dict[str, Path]:
    """Where each file goes below the folder."""
    found = {}
    for file in sources:
        path = Path(file.name)
        around = [Path(root) for root in roots if Path(root) in path.parents]
        place = path.relative_to(around[0]) if around else Path(path.name)
        found[file.name] = place.with_suffix(".yaml")
    return found


def save(path: Path, text: str) -> None:
    """Write a file, with the folders around it. Raises UsageError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def _yaml(made: Sequence[Made]) -> str:
    """All documents, with what people said and what there is to say before the first of each."""
    documents = []
    for file, found, result in made:
        said = [*found.comments, f"# {result.about} of Stash, {file}:{found.line()}"]
        said += [f"# {one.level}: {one.text}" for one in result.notes if one.level != "needless"]
        for index, each in enumerate(result.objects):
            head = "".join(f"{line}\n" for line in said) if index == 0 else ""
            documents.append(head + output.to_yaml(each))
    return "---\n".join(documents)
