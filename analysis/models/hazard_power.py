"""What the race could see: made-up events on the real blocks, tested as the real ones are.

Events follow the fit without the term, plus a chosen log-odds per standard deviation of the real term. Firms may
differ for reasons of their own, and the hyperscalers may share a shock in each half-year.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from analysis.models.conventions import LEVEL, SEED
from analysis.models.firth import firth
from analysis.models.path_permutation import null_design, one_step_t, path_draws, permutation_p
from analysis.models.race import Race
from analysis.tables.companies import HYPERSCALERS

SETTLED = 1e-5
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
    """How often the permutation test rejects at five per cent in each world.

    Columns: log_odds, firm_sd, shock_sd, rejection_ratio, standard_error (Monte Carlo), replications, draws.
    Without an effect it is the size, with one the power. Misleads: the decisive p is the larger of this and the
    jackknife's, so the race as a whole sees less; and the blocks are taken as fixed.
    """
    null, paths = null_design(model, term), path_draws(model, term, draws, seed=seed).values
    everywhere, table = np.ones((len(model.rows), 1)), []
    for world in worlds:
        rejected = []
        for events in made_up_events(model, term, world, replications, seed).T:
            found = one_step_t(null, firth(null, events, enough=SETTLED), paths, everywhere, [1.0], model.firm)
            rejected.append(permutation_p(found[0], found[1:])[0] <= LEVEL)
        share = float(np.mean(rejected))
        table.append({"log_odds": world.log_odds, "firm_sd": world.firm_sd, "shock_sd": world.shock_sd,
                      "rejection_ratio": share, "standard_error": np.sqrt(share * (1 - share) / replications),
                      "replications": replications, "draws": draws})
    return pd.DataFrame(table)
