"""The arithmetic of cost levers: dollars a lever acts on, and the share of them that it frees.

Every function works on floats and on arrays.
"""

from analysis.economics.budget import run_rate_saving
from analysis.economics.fleet import depreciation_usd_per_year


def role_cost(cost_usd_per_person, relative_cost_ratio):
    """Yearly cost of one role: usd_per_year."""
    return run_rate_saving(cost_usd_per_person, relative_cost_ratio, 1.0, 0.0, 0.0)


def ai_purchases(capex_after_usd, ai_share_of_capital_ratio):
    """Capital spending of the year on AI equipment: usd_per_year."""
    return capex_after_usd * ai_share_of_capital_ratio


def server_depreciation(depreciation_usd, server_share_of_depreciation_ratio):
    """Depreciation of the last reported year on servers and network gear: usd_per_year."""
    return depreciation_usd * server_share_of_depreciation_ratio


def ai_charge(capex_after_usd, ai_share_of_capital_ratio, server_life_years):
    """Depreciation of a full year on that equipment: usd_per_year. Machines already bought are charged either way."""
    return ai_purchases(capex_after_usd, ai_share_of_capital_ratio) / server_life_years


def electricity_bill(depreciation_usd, server_share_of_depreciation_ratio, server_life_years,
                     electricity_per_equipment_ratio):
    """Yearly electricity of the servers, from what they cost: usd_per_year.

    Cost of the servers in use is their yearly depreciation times their life; a stylised site's electricity per
    dollar of equipment stands for it. No company's bill is in these data.
    """
    servers = server_depreciation(depreciation_usd, server_share_of_depreciation_ratio) * server_life_years
    return servers * electricity_per_equipment_ratio


def yearly_charge(capex_after_usd, server_share_ratio, server_life_years, building_life_years):
    """Straight-line depreciation of the capital budget in a full year: usd_per_year."""
    return depreciation_usd_per_year(capex_after_usd, server_share_ratio, server_life_years, building_life_years)


def budget(capex_after_usd):
    """The capital budget of the year: usd."""
    return capex_after_usd


def rented(rented_usd_per_year):
    """Spending on compute rented by the hour: usd_per_year."""
    return rented_usd_per_year


def freed_by_utilisation(added_utilisation_ratio, utilisation_ratio):
    """Share of the fleet that the same work no longer needs when more of each server's time is useful: ratio."""
    return added_utilisation_ratio / (utilisation_ratio + added_utilisation_ratio)


def freed_by_speed(inference_share_ratio, moved_share_ratio, gain_ratio):
    """Share of the fleet freed when part of inference runs `gain_ratio` times as fast: ratio; below 0 when slower."""
    return inference_share_ratio * moved_share_ratio * (1 - 1 / gain_ratio)


def freed_by_fp4(quantised_share_ratio, inference_share_ratio, fp4_gain_ratio):
    """`freed_by_speed` for FP4 instead of FP8: ratio."""
    return freed_by_speed(inference_share_ratio, quantised_share_ratio, fp4_gain_ratio)


def freed_by_fp8(quantised_share_ratio, inference_share_ratio, fp8_gain_ratio):
    """`freed_by_speed` for FP8 instead of BF16: ratio."""
    return freed_by_speed(inference_share_ratio, quantised_share_ratio, fp8_gain_ratio)


def freed_by_sparsity(rearchitected_share_ratio, inference_share_ratio, sparse_gain_ratio):
    """`freed_by_speed` for a model with fewer active parameters instead of a dense one: ratio."""
    return freed_by_speed(inference_share_ratio, rearchitected_share_ratio, sparse_gain_ratio)


def charge_saved_by_life(added_life_years, server_life_years):
    """Share of yearly depreciation that a longer life takes off once every server is on it: ratio."""
    return added_life_years / (server_life_years + added_life_years)


def early_effect(early_effect_ratio):
    """Effect of a longer life in its first years over the effect once every server is on it: ratio."""
    return early_effect_ratio


def published_early_effect(cut_usd, charge_after_usd, life_before_years, life_after_years):
    """`early_effect` of a change that a company made: the share of depreciation it cut, over the long-run share."""
    share = cut_usd / (charge_after_usd + cut_usd)
    return share / charge_saved_by_life(life_after_years - life_before_years, life_before_years)


def saved_by_pue(lowered_pue_ratio, pue_ratio):
    """Share of the electricity bill saved by a lower PUE: ratio."""
    return lowered_pue_ratio / pue_ratio


def saved_by_reserving(rented_usd_per_year, reserved_price_ratio):
    """Rent saved by committing for years instead of by the hour, for the same hours: usd_per_year."""
    return rented_usd_per_year * (1 - reserved_price_ratio)


def saved_by_owning(rented_usd_per_year, owned_usd_per_hour, on_demand_usd_per_hour, owned_hours_used_ratio):
    """Rent saved by owning what was rented only when needed: usd_per_year, the purchase annualised in the owned cost.

    Owned hours cost also when unused. How fast a machine works in its hours is the same owned or rented.
    """
    return rented_usd_per_year * (1 - owned_usd_per_hour / owned_hours_used_ratio / on_demand_usd_per_hour)


def worth_of_delay(slip_years, deferral_rate_ratio):
    """Worth of paying later, once, as a share of what is delayed: ratio."""
    return slip_years * deferral_rate_ratio


def charge_delayed(slip_years):
    """Years of depreciation that fall out of the first year when purchases spread over it slip by up to a year.

    Without delay the average purchase is charged for half a year; with it, for (1 - slip)^2 / 2.
    """
    return (1 - (1 - slip_years) ** 2) / 2


def cut_persons(cuts_persons):
    """Roles cut: persons."""
    return cuts_persons


def filled_openings(openings_count, fill_probability_ratio):
    """Cancelled openings that would have been filled: roles."""
    return openings_count * fill_probability_ratio


def severance(cost_usd_per_person, relative_cost_ratio, cuts_persons, severance_ratio):
    """Paid once to those who leave: usd, below zero."""
    return -severance_ratio * role_cost(cost_usd_per_person, relative_cost_ratio) * cuts_persons
