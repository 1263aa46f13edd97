"""The long form of the layoff race: size and power on the real panel, and what the matrix form saves.

`python -m tests.bench.bench_drivers` prints the share of made-up worlds in which the decisive p (the larger of the
permutation's and the jackknife's) and the permutation test alone reject at five per cent, with Monte Carlo errors; the
decisive share again with whole refits instead of the linear jackknife; then the time of a plain library loop over the
same permutations as a multiple of the matrix form. About five minutes of one core.
"""

import time

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis import load_layoffs, load_panel
from analysis.models.conventions import LEVEL
from analysis.models.driver_result import ODDS_TRIED, SHARED_SHOCK
from analysis.models.drivers import driver_panel
from analysis.models.hazard import hazard
from analysis.models.hazard_power import HazardWorld, hazard_power, made_up_events
from analysis.models.path_permutation import null_design, path_draws, permuted
from analysis.models.race import Race, race, without_quiet

WORLDS = {"nothing": HazardWorld(), "shared shock": HazardWorld(shock_sd=SHARED_SHOCK),
          **{f"odds {odds:g}": HazardWorld(float(np.log(odds))) for odds in ODDS_TRIED}}


def size_and_power(model: Race, replications: int = 1000, draws: int = 199) -> pd.DataFrame:
    """`hazard_power` in every world of WORLDS."""
    return hazard_power(model, "capex", list(WORLDS.values()), replications, draws).assign(world=list(WORLDS))


def decisive_rejections(model: Race, world: HazardWorld, replications: int, draws: int = 199) -> tuple[float, float]:
    """Share of worlds in which the larger of the refitted jackknife's and the permutation p is at most LEVEL, and its
    error."""
    rejected = []
    for events in made_up_events(model, "capex", world, replications).T:
        made_up = Race(model.rows.assign(event=events), model.x, model.names, model.tested)
        p = permuted(made_up, "capex", draws).p_value
        rejected.append(p <= LEVEL and hazard(made_up).p_value({"capex": 1.0}) <= LEVEL)
    share = float(np.mean(rejected))
    return share, float(np.sqrt(share * (1 - share) / replications))


def library_loop_ratio(model: Race, draws: int = 30) -> float:
    """Time per permutation of refitting by statsmodels, over the time of the matrix form."""
    begin = time.perf_counter()
    permuted(model, "capex", 999)
    fast = (time.perf_counter() - begin) / 1000
    paths, null = path_draws(model, "capex", draws).values, null_design(model, "capex")
    begin = time.perf_counter()
    for path in paths.T:
        binomial = sm.GLM(model.y, np.column_stack([path, null]), family=sm.families.Binomial())
        binomial.fit(cov_type="cluster", cov_kwds={"groups": model.firm})
    return (time.perf_counter() - begin) / (draws + 1) / fast


def main() -> int:
    """Print the tables; nothing is compared with a bound."""
    rows = driver_panel(load_panel("year"), load_layoffs())
    model = race(rows)
    shown = ["world", "rejection_ratio", "standard_error", "permutation_ratio"]
    print(size_and_power(model)[shown].to_string(index=False))
    for name, replications in (("nothing", 400), ("odds 2", 200)):
        print(f"decisive, {name}: %.3f (%.3f)" % decisive_rejections(model, WORLDS[name], replications))
    ratio = library_loop_ratio(race(without_quiet(rows)))
    print(f"plain library loop / matrix form, per permutation: {ratio:.0f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
