"""The operator in numbers, in the text that Prometheus reads.

Nothing is counted here: what the parts have counted is put into words when somebody asks, so an
operator whom nobody asks pays nothing. Work queue, reconciles, requests and election have the names
that operators on controller-runtime and client-go give them, so that dashboards for those fit
(https://book.kubebuilder.io/reference/metrics-reference). What objects say is told by the one that
leads only, so that no series comes twice.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from prometheus_client import CONTENT_TYPE_LATEST as CONTENT_TYPE
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from ..resolve import operator_metrics
from . import lease
from .histogram import BOUNDS, Histogram

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .operator import Operator

__all__ = ["CONTENT_TYPE", "Exposition"]

_QUEUE = "kubestash"


class Exposition:
    """All metrics of one operator."""

    def __init__(self, operator: Operator, *, server: str = "") -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Parts(operator, urlsplit(server).netloc))
        self._registry.register(_Objects(operator))
        ProcessCollector(registry=self._registry)

    def text(self) -> bytes:
        """How it is now."""
        return generate_latest(self._registry)


class _Parts(Collector):
    """What the operator itself does."""

    def __init__(self, operator: Operator, host: str) -> None:
        self._operator = operator
        self._host = host

    def collect(self) -> Iterable[Metric]:
        yield from self._queue()
        yield from self._reconciles()
        yield self._requests()
        yield self._kept()
        leads = GaugeMetricFamily(
            "leader_election_master_status", "1 for the one that leads.", labels=["name"]
        )
        leads.add_metric([lease.NAME], float(self._operator.lease.held()))
        yield leads

    def _queue(self) -> Iterator[Metric]:
        queue = self._operator.manager.queue
        gauges = {
            "workqueue_depth": ("Objects that wait to be looked at.", float(len(queue))),
            "workqueue_longest_running_processor_seconds": (
                "How long the object that takes longest has been worked on.",
                queue.longest_running(),
            ),
        }
        for name, (text, value) in gauges.items():
            gauge = GaugeMetricFamily(name, text, labels=["name"])
            gauge.add_metric([_QUEUE], value)
            yield gauge
        for name, text, number in (
            ("workqueue_adds_total", "Objects put into the queue.", queue.adds),
            ("workqueue_retries_total", "Objects put in again after a failure.", queue.retries),
        ):
            counter = CounterMetricFamily(name, text, labels=["name"])
            counter.add_metric([_QUEUE], number)
            yield counter
        for name, text, counted in (
            ("workqueue_queue_duration_seconds", "How long objects waited.", queue.waited),
            ("workqueue_work_duration_seconds", "How long they were worked on.", queue.worked),
        ):
            yield _histogram(name, text, "name", [(_QUEUE, counted)])

    def _reconciles(self) -> Iterator[Metric]:
        manager = self._operator.manager
        total = CounterMetricFamily(
            "controller_runtime_reconcile_total",
            "Passes over objects, by how they ended.",
            labels=["controller", "result"],
        )
        errors = CounterMetricFamily(
            "controller_runtime_reconcile_errors_total",
            "Passes that failed.",
            labels=["controller"],
        )
        for (kind, result), number in sorted(manager.outcomes.copy().items()):
            total.add_metric([kind.lower(), result], number)
        for kind in sorted(manager.times):
            errors.add_metric([kind.lower()], manager.errors[kind])
        yield total
        yield errors
        yield _histogram(
            "controller_runtime_reconcile_time_seconds",
            "How long a pass takes.",
            "controller",
            [(kind.lower(), times) for kind, times in sorted(manager.times.items())],
        )

    def _requests(self) -> Metric:
        family = CounterMetricFamily(
            "rest_client_requests_total",
            "Requests to the API server, by what it answered.",
            labels=["code", "host", "method"],
        )
        for (method, code), number in sorted(self._operator.calls.answers().items()):
            family.add_metric([code, self._host, method], number)
        return family

    def _kept(self) -> Metric:
        family = CounterMetricFamily(
            "kubestash_data_kept_total",
            "Objects that went without the data that was to go with them.",
            labels=["kind"],
        )
        for kind in ("BackupStorage", "Repository", "Snapshot"):
            family.add_metric([kind.lower()], self._operator.kept[kind])
        return family


class _Objects(Collector):
    """What the objects say that it looks after."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator

    def collect(self) -> Iterable[Metric]:
        if not self._operator.is_working:
            return
        for resource in operator_metrics.MEASURED:
            families: dict[str, GaugeMetricFamily] = {}
            for raw in self._operator.store.each(resource):
                for what, labels, value in operator_metrics.samples(resource, raw):
                    names, values = zip(*labels, strict=True)
                    if what not in families:
                        name = operator_metrics.family(resource, what)
                        text = operator_metrics.HELP[what]
                        families[what] = GaugeMetricFamily(name, text, labels=names)
                    families[what].add_metric(values, value)
            yield from families.values()


def _histogram(
    name: str, text: str, label: str, histograms: Iterable[tuple[str, Histogram]]
) -> Metric:
    family = HistogramMetricFamily(name, text, labels=[label])
    bounds = [*(str(bound) for bound in BOUNDS), "+Inf"]
    for value, histogram in histograms:
        buckets, total = histogram.counted()
        sums = [float(number) for number in itertools.accumulate(buckets)]
        family.add_metric([value], list(zip(bounds, sums, strict=True)), sum_value=total)
    return family
