"""Metrics: ratios and amounts over aligned facts, each with its definition and how it misleads."""

from analysis.metrics import capital, labour, people_cost  # noqa: F401  (registers the metrics)
from analysis.metrics.registry import METRICS, add_metrics, growth, previous_year

__all__ = ["METRICS", "add_metrics", "growth", "previous_year"]
