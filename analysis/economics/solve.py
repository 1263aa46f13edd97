"""What must be true: the value of one input at which a model reaches a target, and surfaces over two inputs."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import optimize

from analysis.economics.ranges import Model, Range
from analysis.errors import AnalysisError, require_known

TOLERANCE = 1e-12
"""Relative tolerance of the root-finder; closed forms must agree with it to 1e-9."""


def must_be(model: Model, inputs: Mapping[str, Range], name: str, target: float,
            lowest: float, highest: float) -> float:
    """The value of input `name` between `lowest` and `highest` at which the model gives `target`.

    The other inputs stand at their central values. AnalysisError when no value in the interval reaches the
    target: the message gives the outcomes at both ends.
    """
    require_known("input", name, inputs)
    centre = {other: one.value for other, one in inputs.items()}

    def miss(value: float) -> float:
        return float(model(**centre | {name: value})) - target

    ends = miss(lowest), miss(highest)
    if ends[0] * ends[1] > 0:
        raise AnalysisError(f"no {name} between {lowest:g} and {highest:g} gives {target:g}; "
                            f"the ends give {ends[0] + target:g} and {ends[1] + target:g}")
    return float(optimize.brentq(miss, lowest, highest, xtol=TOLERANCE, rtol=TOLERANCE))


def surface(model: Model, inputs: Mapping[str, Range], across: str, up: str,
            across_values: np.ndarray, up_values: np.ndarray) -> pd.DataFrame:
    """The model on a grid of two inputs: index `up`, columns `across`; the rest at their central values."""
    for name in (across, up):
        require_known("input", name, inputs)
    centre = {name: one.value for name, one in inputs.items()}
    grid_across, grid_up = np.meshgrid(across_values, up_values)
    outcome = np.broadcast_to(model(**centre | {across: grid_across, up: grid_up}), grid_up.shape)
    index, columns = pd.Index(up_values, name=up), pd.Index(across_values, name=across)
    return pd.DataFrame(np.asarray(outcome, dtype=float), index=index, columns=columns)
