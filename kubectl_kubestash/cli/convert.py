"""`convert`: Stash manifests as KubeStash's, and what could not be carried over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import UsageError
from . import convert_output, manifest_files, output
from .convert_output import Made
from .exit_codes import ExitCode
from .frame import settings_of, single

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ..resolve.convert.conversion import Converted
    from ..resolve.convert.manifests import Found
    from ..resolve.convert.stash_objects import Options
    from .manifest_files import ManifestFile


def convert(
    context: typer.Context,
    *,
    filename: Annotated[
        list[str] | None,
        typer.Option(
            "--filename", "-f", metavar="FILE", help="File, folder, or - for stdin; repeatable."
        ),
    ] = None,
    form: Annotated[
        str,
        typer.Option("--output", "-o", metavar="FORM", help="One of: yaml, json, or a folder."),
    ] = "yaml",
    report: Annotated[
        str,
        typer.Option(
            "--report", metavar="FILE", help="Write all that was said about fields here, as JSON."
        ),
    ] = "",
    job: Annotated[
        str,
        typer.Option("--job", metavar="TASK", help="Print the Job that Stash makes of this Task."),
    ] = "",
    secret_name: Annotated[
        str,
        typer.Option(
            "--encryption-secret-name",
            metavar="NAME",
            help="Secret with RESTIC_PASSWORD; by default that of each storage.",
        ),
    ] = "",
    secret_namespace: Annotated[
        str,
        typer.Option("--encryption-secret-namespace", metavar="NAME", help="Its namespace."),
    ] = "",
    source: Annotated[str, typer.Option("--source-dir", hidden=True, help="As -f.")] = "",
    target: Annotated[str, typer.Option("--target-dir", hidden=True, help="As -o.")] = "",
) -> None:
    r"""Turn manifests of Stash into manifests of KubeStash.

    No cluster is asked. Repositories, BackupConfigurations, RestoreSessions, BackupBlueprints,
    Functions and Tasks are read. Each field is either in what is written, or in the report: `lost`
    when KubeStash has nothing like it, `review` when somebody has to look at what has become of it,
    `needless` when it means nothing any more. Give all manifests at once: they refer to each other.

    The exit code is 0 when everything was carried over, 1 when something was lost, and 2 when a
    file cannot be read. Nothing is overwritten: -o FOLDER wants files that are not there yet.

    Examples:
    # all manifests of a folder, into the same files of another folder
    kubectl kubestash convert -f stash/ -o ./kubestash

    # what would be lost?
    kubectl kubestash convert -f stash/ --report report.json > /dev/null

    # from a cluster that runs Stash
    kubectl get repositories.stash,backupconfigurations.stash -A -o yaml | \
      kubectl kubestash convert -f - > kubestash.yaml
    """
    from ..resolve.convert.stash_objects import Options  # noqa: PLC0415 - loads the models
    from .convert_report import entries, json_text, table  # noqa: PLC0415 - as above

    settings = settings_of(context)
    files = [*(filename or ()), *([source] if source else ())]
    if not files:
        raise UsageError("what is to be converted?", "-f FILE, a folder, or - for stdin")
    if secret_namespace and not secret_name:
        raise UsageError("--encryption-secret-namespace goes with --encryption-secret-name")
    folder = Path(target) if target else _folder(form)
    secret = {"name": secret_name, "namespace": secret_namespace}
    options = Options(
        encryption_secret={key: text for key, text in secret.items() if text},
        namespace=settings.namespace_flag or "default",
        functions_of_others=_functions(),
    )
    sources = list(manifest_files.texts(files))
    objects = _objects(sources)
    if job:
        _print_job(objects, job, options.namespace, form)
        return
    results = _convert([found.raw for _, found in objects], options)
    told = entries(objects, results)
    made = [Made(*origin, result) for origin, result in zip(objects, results, strict=True)]
    if folder is None:
        convert_output.write_stdout(made, form=form)
    else:
        convert_output.write_folder(folder, made, convert_output.places(sources, files))
    if report:
        convert_output.save(Path(report), json_text(told))
    table(told, results, quiet=settings.quiet)
    if any(entry.note.level == "lost" for entry in told):
        raise typer.Exit(int(ExitCode.FAILURE))


def _folder(form: str) -> Path | None:
    """The folder that is meant; a word without a slash could be a form that is not known."""
    if form in ("yaml", "json"):
        return None
    if "/" not in form and not form.startswith(".") and not Path(form).is_dir():
        raise UsageError(f"-o {form} is not known", "choose yaml, json, or a folder such as ./new")
    return Path(form)


def _functions() -> frozenset[str]:
    from ..catalog import documents  # noqa: PLC0415 - reads files

    return frozenset(
        str(raw["metadata"]["name"]) for raw in documents() if raw["kind"] == "Function"
    )


def _objects(sources: Sequence[ManifestFile]) -> list[tuple[str, Found]]:
    from ..resolve.convert.manifests import objects_in  # noqa: PLC0415 - loads yaml

    objects: list[tuple[str, Found]] = []
    for file in sources:
        if file.problem:
            raise UsageError(f"{file.name}: {file.problem}")
        found, problems = objects_in(file.text)
        for problem in problems:
            line, column = problem.place
            raise UsageError(f"{file.name}:{line}:{column}: {problem.message}")
        objects += [(file.name, each) for each in found]
    return objects


def _convert(raw: Sequence[Mapping[str, Any]], options: Options) -> list[Converted]:
    from ..resolve.convert.conversion import convert as conversion  # noqa: PLC0415 - loads models

    return conversion(raw, options)


def _print_job(objects: Sequence[tuple[str, Found]], task: str, namespace: str, form: str) -> None:
    from .convert_task import job_of_task  # noqa: PLC0415 - loads the models

    made = job_of_task([found.raw for _, found in objects], task, namespace)
    output.documents([made], output.parse_format(form, allowed=("yaml", "json")))


app = single(convert)
