"""What the race could see: made-up events on the real blocks, put to the tests that decide on the real ones.

Events follow the fit without the term, plus a chosen log-odds per standard deviation of the real term. Firms may
differ for reasons of their own, and the hyperscalers may share a shock in each half-year.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.models.conventions import LEVEL, SEED
from analysis.models.firth import firth
from analysis.models.hazard import Hazard, linear_jackknife
from analysis.models.path_permutation import null_design, one_step_t, path_draws, permutation_p
from analysis.models.race import Race
from analysis.tables.companies import HYPERSCALERS

SETTLED = 1e-3
"""Standard errors within which the fit of a made-up world is settled."""


@dataclass(frozen=True)
class HazardWorld:
    """Log-odds per standard deviation of the term; spread between firms and of the hyperscalers' shared shock."""

    log_odds: float = 0.0
    firm_sd: float = 0.5
    shock_sd: float = 0.0


def made_up_events(model: Race, term: str, world: HazardWorld, replications: int, seed: int = SEED) -> np.ndarray:
    """Events of made-up worlds (n x replications, 0 and 1) on the rows of a race."""
    rng = np.random.default_rng(seed)
    null = null_design(model, term)
    base = null @ firth(null, model.y).coefficients + world.log_odds * model.x[:, model.names.index(term)]
    half = pd.factorize(model.rows["half"], sort=True)[0]
    own = world.firm_sd * rng.standard_normal((model.firms, replications))[model.firm]
    shared = world.shock_sd * rng.standard_normal((half.max() + 1, replications))[half]
    big = model.rows["ticker"].isin(HYPERSCALERS).to_numpy(float)[:, None]
    return (rng.random(own.shape) < expit(base[:, None] + own + big * shared)).astype(float)


def hazard_power(model: Race, term: str, worlds: list[HazardWorld], replications: int, draws: int,
                 seed: int = SEED) -> pd.DataFrame:
    """How often the decisive test rejects at five per cent in each world, and the permutation test alone.

    Columns: log_odds, firm_sd, shock_sd, rejection_ratio (the larger of the permutation p and the jackknife's is at
    most LEVEL), standard_error (Monte Carlo), permutation_ratio (the permutation test alone), replications, draws.
    Without an effect it is the size, with one the power. The jackknife is `linear_jackknife`.
    Misleads: Holm's correction over the blocks asks for more still; and the blocks are taken as fixed.
    """
    null, paths = null_design(model, term), path_draws(model, term, draws, seed=seed).values
    start, firm = firth(null, model.y).coefficients, model.firm
    everywhere, table = np.ones((len(model.rows), 1)), []
    for world in worlds:
        permuted, decisive = [], []
        for events in made_up_events(model, term, world, replications, seed).T:
            found = one_step_t(null, firth(null, events, start, enough=SETTLED), paths, everywhere, [1.0], firm)
            permuted.append(permutation_p(found[0], found[1:])[0] <= LEVEL)
            decisive.append(permuted[-1] and jackknife_p(model, term, events) <= LEVEL)
        share = float(np.mean(decisive))
        table.append({"log_odds": world.log_odds, "firm_sd": world.firm_sd, "shock_sd": world.shock_sd,
                      "rejection_ratio": share, "standard_error": np.sqrt(share * (1 - share) / replications),
                      "permutation_ratio": float(np.mean(permuted)), "replications": replications, "draws": draws})
    return pd.DataFrame(table)


def jackknife_p(model: Race, term: str, events: np.ndarray) -> float:
    """Two-sided CRV3 p of the term when the events (n) of the race are these, by `linear_jackknife`."""
    fit = firth(model.x, events, enough=SETTLED)
    return Hazard(model, fit, linear_jackknife(model.x, fit, model.firm)).p_value({term: 1.0})
