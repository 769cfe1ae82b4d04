"""Figures in the formats that Prometheus reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry

from graphwing.server.telemetry.figures import Distribution, Family

_WORKER = "worker"


def exposition(
    families_by_worker: Mapping[str, Sequence[Family]], accept: str | None
) -> tuple[bytes, str]:
    """Return figures and their content type, as the client accepts them.

    Those of several processes have a label `worker`; that of a lone one is empty, and left out.
    """
    encode, content_type = choose_encoder(accept or "")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(families_by_worker))
    return encode(registry), content_type


class _Figures(Collector):
    def __init__(self, families_by_worker: Mapping[str, Sequence[Family]]) -> None:
        self._families_by_worker = families_by_worker

    def collect(self) -> Iterable[Metric]:
        """Return all samples, those of one name together."""
        metrics: dict[str, Metric] = {}
        for worker, families in self._families_by_worker.items():
            for family in families:
                metric = metrics.get(family.name)
                if metric is None:
                    metric = metrics[family.name] = _metric(family, has_worker=bool(worker))
                for labels, value in family.samples:
                    _add(metric, [worker, *labels] if worker else labels, value)
        return metrics.values()

    def describe(self) -> Iterable[Metric]:
        """Return nothing: names cannot collide in a registry with one collector."""
        return []


def _metric(family: Family, *, has_worker: bool) -> Metric:
    labels = [_WORKER, *family.labels] if has_worker else [*family.labels]
    match family.kind:
        case "counter":
            return CounterMetricFamily(family.name, family.meaning, labels=labels)
        case "gauge":
            return GaugeMetricFamily(family.name, family.meaning, labels=labels)
        case "histogram":
            return HistogramMetricFamily(family.name, family.meaning, labels=labels)


def _add(metric: Metric, labels: list[str], value: float | Distribution) -> None:
    match metric, value:
        case HistogramMetricFamily(), Distribution(buckets, total):
            metric.add_metric(labels, buckets, total)
        case ((CounterMetricFamily() | GaugeMetricFamily()), float()):
            metric.add_metric(labels, value)
        case _:
            raise TypeError(f"{metric.name}: {value}")
