"""A metric is one line of arithmetic over aligned facts, with what it means and how it misleads."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from analysis.errors import require_known
from analysis.quantity import BASES
from analysis.tables.facts import is_break

METRICS: dict[str, "Metric"] = {}


@dataclass(frozen=True)
class Metric:
    """A named ratio or amount: `column` ends in its unit, `inputs` are panel columns."""

    column: str
    label: str
    inputs: tuple[str, ...]
    compute: Callable[..., pd.Series]
    definition: str
    misleads: str


def define(column: str, label: str, inputs: tuple[str, ...], definition: str, misleads: str):
    """Decorator: register the function of the input columns as the metric `column`."""

    def register(compute: Callable[..., pd.Series]) -> Callable[..., pd.Series]:
        METRICS[column] = Metric(column, label, inputs, compute, definition, misleads)
        return compute

    return register


def add_metrics(panel: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """The panel with each metric's value, `<column>_basis` and `<column>_documents` added.

    A metric is "derived" or weaker: it takes the weakest basis of its inputs. A missing input, or a zero
    or negative denominator, leaves it missing with basis "unresolved"; nothing becomes zero.
    UnknownName for a metric that does not exist.
    """
    panel = panel.copy()
    for column in columns:
        metric = METRICS[require_known("metric", column, METRICS)]
        for needed in metric.inputs:
            if needed not in panel and needed in METRICS:
                panel = add_metrics(panel, needed)
        values = metric.compute(*(panel[name] for name in metric.inputs))
        panel = with_provenance(panel, column, values, metric.inputs)
    return panel


def with_provenance(
    panel: pd.DataFrame, column: str, values: pd.Series, inputs: tuple[str, ...], at_best: str = "derived"
) -> pd.DataFrame:
    """Add `values` as `column` with the weakest basis and the joined documents of the input columns."""
    rank = pd.Series(BASES.index(at_best), index=panel.index)
    for name in inputs:
        order = panel[f"{name}_basis"].map(lambda basis: BASES.index(basis) if basis in BASES else 0)
        rank = rank.where(rank >= order, order)
    ids = panel[f"{inputs[0]}_documents"].fillna("")
    for name in inputs[1:]:
        ids = ids + " " + panel[f"{name}_documents"].fillna("")
    known = values.notna()
    return panel.assign(**{
        column: values,
        f"{column}_basis": rank.map(dict(enumerate(BASES))).where(known, "unresolved"),
        f"{column}_documents": ids.map(lambda text: " ".join(dict.fromkeys(text.split()))).where(known),
    })


def ratio(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    """Numerator over denominator; missing where the denominator is zero or negative."""
    return numerator / denominator.where(denominator > 0)


def previous_year(panel: pd.DataFrame, column: str) -> pd.Series:
    """Each row's value of `column` one calendar year earlier for the same company; missing across gaps."""
    earlier = panel[["ticker", "calendar_year", column]].drop_duplicates(["ticker", "calendar_year"], keep="last")
    earlier = earlier.assign(calendar_year=earlier["calendar_year"] + 1)
    joined = panel[["ticker", "calendar_year"]].merge(earlier, on=["ticker", "calendar_year"], how="left")
    return joined[column].set_axis(panel.index)


def growth(panel: pd.DataFrame, column: str, new: str) -> pd.DataFrame:
    """Add `new`: growth of `column` over the previous calendar year (ratio; 0.1 is 10%).

    Missing across a gap, and where a doubt says the value is not comparable with the year before.
    """
    parts = ("", "_basis", "_documents")
    before = panel.assign(**{f"before{part}": previous_year(panel, column + part) for part in parts})
    values = ratio(before[column], before["before"]) - 1
    if f"{column}_doubt" in before:
        values = values.mask(is_break(before[f"{column}_doubt"]))
    grown = with_provenance(before, new, values, (column, "before"))
    return grown.drop(columns=[f"before{part}" for part in parts])
