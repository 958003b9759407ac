"""`create retention`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ..api.resources import RETENTION_POLICY
from ..errors import UsageError
from ..resolve.durations import parse_period
from . import manifests, waiting
from .frame import settings_of
from .submit import Default, Form, Name, UsableFrom, submit


def retention(
    context: typer.Context,
    name: Name,
    *,
    last: Annotated[
        int, typer.Option("--last", metavar="N", min=0, help="The N newest good ones.")
    ] = 0,
    hourly: Annotated[
        int, typer.Option("--hourly", metavar="N", min=0, help="One for each of N hours.")
    ] = 0,
    daily: Annotated[
        int, typer.Option("--daily", metavar="N", min=0, help="One for each of N days.")
    ] = 0,
    weekly: Annotated[
        int, typer.Option("--weekly", metavar="N", min=0, help="One for each of N weeks.")
    ] = 0,
    monthly: Annotated[
        int, typer.Option("--monthly", metavar="N", min=0, help="One for each of N months.")
    ] = 0,
    yearly: Annotated[
        int, typer.Option("--yearly", metavar="N", min=0, help="One for each of N years.")
    ] = 0,
    failed: Annotated[
        int, typer.Option("--failed", metavar="N", min=0, help="The N newest failed ones.")
    ] = 1,
    max_age: Annotated[
        str, typer.Option("--max-age", metavar="PERIOD", help="Nothing older: 2mo, 1y6mo, 30d.")
    ] = "",
    usable_from: UsableFrom = "Same",
    default: Default = False,
    form: Form = "",
    dry_run: waiting.DryRun = "",
) -> None:
    """Create a RetentionPolicy: which snapshots are kept.

    The newest good snapshot of each repository and session is kept in any case.

    Examples:
    kubectl kubestash create retention keep --last 5 --daily 7 --monthly 6 --max-age 1y
    """
    counts = {
        "last": last,
        "hourly": hourly,
        "daily": daily,
        "weekly": weekly,
        "monthly": monthly,
        "yearly": yearly,
    }
    kept = {key: number for key, number in counts.items() if number}
    if not kept and not max_age:
        raise UsageError("a policy must keep something", "--last 5, or --max-age 2mo")
    spec: dict[str, Any] = {"default": default, "usagePolicy": manifests.usage_policy(usable_from)}
    if kept:
        spec["successfulSnapshots"] = kept
    spec["failedSnapshots"] = {"last": failed}
    if max_age:
        waiting.of_flag("--max-age", max_age, parse_period)
        spec["maxRetentionPeriod"] = max_age
    submit(settings_of(context), RETENTION_POLICY, name, {"spec": spec}, form, dry_run)
