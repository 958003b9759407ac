"""`addon`: what can be backed up and restored, and what exactly would run."""

from __future__ import annotations

from typing import Annotated

import typer

from ..api.resources import ADDON, FUNCTION
from . import bundle, describe, lint_output, load_image, lookup, output, session_table, style
from .frame import Command, group, settings_of

app = group("List addons, explain their tasks, resolve them to Jobs.")

Name = Annotated[str, typer.Argument(metavar="ADDON", help="Name of an Addon.")]


@app.command("list", cls=Command)
def list_(
    context: typer.Context,
    *,
    built_in: Annotated[
        bool, typer.Option("--built-in", help="Those that install brings, without a cluster.")
    ] = False,
    no_headers: Annotated[bool, typer.Option("--no-headers", help="Rows only.")] = False,
) -> None:
    """List addons with their tasks, and which of these cannot be run yet.

    Examples:
    kubectl kubestash addon list

    # those that install brings, without a cluster
    kubectl kubestash addon list --built-in
    """
    from ..views.addons import HEADERS, addon_rows  # noqa: PLC0415 - not for --help

    settings = settings_of(context)
    if built_in:
        known = bundle.catalogue()
    else:
        known = [*settings.client.list(ADDON), *settings.client.list(FUNCTION)]
    addons, functions = (
        [each for each in known if each["kind"] == kind.kind] for kind in (ADDON, FUNCTION)
    )
    if not addons:
        session_table.nothing(settings, namespaced=False)
        return
    output.table(addon_rows(addons, functions), headers=() if no_headers else HEADERS)


@app.command("describe", cls=Command)
def describe_(context: typer.Context, name: Name) -> None:
    """Show the tasks of an addon, their parameters and where each of them ends up.

    Examples:
    kubectl kubestash addon describe pvc-addon
    """
    settings = settings_of(context)
    item = lookup.addon(settings.client, name)
    describe.show(settings.client, ADDON, item, look=style.of_stdout(settings))


@app.command(cls=Command)
def lint(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Name of an Addon; all, when there is none.")
    ] = "",
    *,
    files: Annotated[
        list[str] | None,
        typer.Option("--filename", "-f", metavar="FILE", help="File, folder, or - for stdin."),
    ] = None,
    built_in: Annotated[
        bool, typer.Option("--built-in", help="Those that install brings, without a cluster.")
    ] = False,
    form: lint_output.Form = "table",
) -> None:
    """Find what is wrong with addons and their functions, before a session uses them.

    Functions that do not exist, variables that nobody sets, parameters that nothing uses, volumes
    and mounts that do not belong together, drivers that are not known. Addons are read from the
    cluster, or with -f from files; Functions may then also be those that install brings.

    The exit code is 0 when there are no errors, 1 when there are, and 2 when nothing could be
    judged. A warning keeps no task from being run, or names one that is not supported yet.

    Examples:
    # one of the cluster, with its functions
    kubectl kubestash addon lint postgres-addon

    # one's own, before it is applied
    kubectl kubestash addon lint -f my-addon.yaml

    # in a pull request
    kubectl kubestash addon lint -f addons/ -o github
    """
    from .addon_lint import judged  # noqa: PLC0415 - loads the models

    settings = settings_of(context)
    lint_output.check_form(settings, form)
    found = judged(settings, name, files or (), built_in=built_in)
    lint_output.report(settings, form, *found)


@app.command(cls=Command)
def resolve(
    context: typer.Context,
    addon: Name,
    task: Annotated[
        str,
        typer.Argument(metavar="TASK", help="One of its tasks; several, joined by commas, in one."),
    ],
    *,
    configuration: Annotated[
        str,
        typer.Option("--bc", metavar="NAME", help="BackupConfiguration, or NAMESPACE/NAME."),
    ] = "",
    session: Annotated[
        str, typer.Option("--session", metavar="NAME", help="Session to take the values from.")
    ] = "",
    target: Annotated[
        str, typer.Option("--target", metavar="TARGET", help="KIND/NAME, without a configuration.")
    ] = "",
    param: Annotated[
        list[str] | None,
        typer.Option("--param", metavar="NAME=VALUE", help="Parameter of the task; repeatable."),
    ] = None,
    files: Annotated[
        list[str] | None,
        typer.Option("--filename", "-f", metavar="FILE", help="Read objects here, no cluster."),
    ] = None,
    image: Annotated[
        str, typer.Option("--image", metavar="IMAGE", help="Image of our own Functions.")
    ] = load_image.DEFAULT,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say where each value came from.")
    ] = False,
    form: Annotated[
        str, typer.Option("--output", "-o", metavar="FORM", help="One of: yaml, json, name.")
    ] = "",
) -> None:
    r"""Show the Job that a task comes down to. Nothing is created.

    With -f, objects come from files, folders or stdin ("-"), and no cluster is asked; Addons and
    Functions that are not among them are those that install brings.

    Examples:
    # what would the session run, and why?
    kubectl kubestash addon resolve pvc-addon logical-backup --bc demo/files \
      --session hourly --explain

    # in CI, from manifests alone
    kubectl kubestash addon resolve pvc-addon logical-backup -f backup.yaml -o yaml
    """
    from .resolve_addon import Question, answer  # noqa: PLC0415 - loads the models

    settings = settings_of(context)
    shape = output.parse_format(form, allowed=("yaml", "json", "name"))
    settings.json_errors = shape.name == "json"
    question = Question(
        addon=addon,
        task=task,
        configuration=configuration,
        session=session,
        target=target,
        parameters=tuple(param or ()),
        files=tuple(files or ()),
        image=image,
    )
    answer(settings, question, shape, explained=explain)
