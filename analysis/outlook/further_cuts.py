"""How many people a yardstick leaves room for: the headcount that would hold it while capital spending moves.

Every yardstick says what may be spent on people in a year; over what a person costs that year, it is a headcount.
Nobody has to hold any of them: the arithmetic says what each would ask for, not what will be done. Functions work on
floats and on arrays.

Inputs by name: the last full year's revenue_usd, operating_income_usd, operating_cash_flow_usd, capex_usd and
depreciation_usd, its headcount staff_persons at cost_usd_per_person; capex_then_usd and depreciation_then_usd of the
year asked about, `years` after; growth_ratio of revenue and pay_growth_ratio a year; other costs grow by
other_cost_growth_ratio of revenue's growth; a role cut or added costs relative_cost_ratio of the average. Where the
company guides total expense (GUIDED), other costs of the first year are what the guidance leaves after depreciation
and the present staff, and the difference stays.

With y one plus the growth of revenue, what may be spent on people is a y^years + b y + c: `Room`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

GUIDED = ("guided_expense_usd", "guided_depreciation_usd", "present_persons")
"""Inputs that come with guidance of total expense: the guided sum, depreciation in it, and the present staff."""
PEOPLE = ("staff_persons", "cost_usd_per_person", "relative_cost_ratio", "pay_growth_ratio")
ACCOUNTS = ("revenue_usd", "operating_income_usd", "depreciation_usd", "depreciation_then_usd",
            "other_cost_growth_ratio")
CASH = ("operating_cash_flow_usd", "capex_usd", "capex_then_usd")
GROWTH = "growth_ratio"
Inputs = Mapping[str, float]


@dataclass(frozen=True)
class Room:
    """What may be spent on people, as the coefficients of y^years, y and one: usd."""

    a: float
    b: float
    c: float


def grown(growth_ratio, years):
    """What one dollar becomes: ratio."""
    return (1 + growth_ratio) ** years


def cost_of_staff(one: Inputs, persons, years: int):
    """What a headcount costs in the year: usd. The change against the last full year is at the relative cost."""
    priced = one["staff_persons"] + (persons - one["staff_persons"]) * one["relative_cost_ratio"]
    return priced * one["cost_usd_per_person"] * grown(one["pay_growth_ratio"], years)


def staff_for(one: Inputs, people_usd, years: int):
    """Headcount that costs `people_usd` in the year: persons; below zero where not even nobody would do."""
    average = one["cost_usd_per_person"] * grown(one["pay_growth_ratio"], years)
    return one["staff_persons"] + (people_usd / average - one["staff_persons"]) / one["relative_cost_ratio"]


def other_costs(one: Inputs):
    """Costs of the last full year that are neither people nor depreciation: usd."""
    people = one["cost_usd_per_person"] * one["staff_persons"]
    return one["revenue_usd"] - one["operating_income_usd"] - one["depreciation_usd"] - people


def _moving(one: Inputs):
    """The part of other costs that moves with revenue: usd (above all of them where they outgrow it)."""
    return other_costs(one) * one["other_cost_growth_ratio"]


def _with_guidance(one: Inputs, room: Room, moving_usd, fixed_usd) -> Room:
    """The room when other costs start from guided expense; unchanged without guidance.

    `moving_usd` and `fixed_usd`: other costs that `room` takes to move with revenue and to stay. They are put back as
    they were taken out, so that in the guided year guided costs alone remain.
    """
    if GUIDED[0] not in one:
        return room
    left = one["guided_expense_usd"] - one["guided_depreciation_usd"] - cost_of_staff(one, one["present_persons"], 1)
    return Room(room.a, room.b + moving_usd, room.c - left + fixed_usd)


def room_under_margin(one: Inputs) -> Room:
    """Operating income keeps its share of revenue."""
    moving, fixed = _moving(one), other_costs(one) - _moving(one)
    return _with_guidance(one, Room(one["revenue_usd"] - one["operating_income_usd"] - moving, 0.0,
                                    -one["depreciation_then_usd"] - fixed), moving, fixed)


def room_under_income(one: Inputs) -> Room:
    """Operating income keeps its dollars: a weaker aim than the margin when revenue grows."""
    moving, fixed = _moving(one), other_costs(one) - _moving(one)
    return _with_guidance(one, Room(one["revenue_usd"] - moving, 0.0, -one["operating_income_usd"]
                                    - one["depreciation_then_usd"] - fixed), moving, fixed)


def room_under_free_cash(one: Inputs) -> Room:
    """Operating cash flow less capital expenditure keeps its dollars; cash from operations before people grows with
    revenue, and so do all other costs in it.

    Misleads: before tax, and stock pay counts as cash; both make the people asked for fewer than they would be.
    """
    before_people = one["operating_cash_flow_usd"] + one["cost_usd_per_person"] * one["staff_persons"]
    rise = one["capex_then_usd"] - one["capex_usd"]
    room = Room(before_people, 0.0, -one["operating_cash_flow_usd"] - rise)
    return room if GUIDED[0] not in one else _with_guidance(one, room, other_costs(one), 0.0)


def room_under_share(one: Inputs) -> Room:
    """Depreciation over depreciation plus people cost stays: people cost moves as depreciation does.

    More depreciation then asks for more people, not for fewer.
    """
    people = one["cost_usd_per_person"] * one["staff_persons"]
    return Room(0.0, 0.0, people * one["depreciation_then_usd"] / one["depreciation_usd"])


@dataclass(frozen=True)
class Yardstick:
    """A measure that may be held: its id, its words, the room it leaves for people, and the inputs it needs."""

    yardstick: str
    label: str
    room: Callable[[Inputs], Room]
    needs: tuple[str, ...]
    follows_guidance: bool = True

    def staff(self, years: int, **one):
        """Headcount that holds the yardstick in the year `years` after the last full one: persons."""
        room = self.room(one)
        index = grown(one.get(GROWTH, 0.0), 1)
        return staff_for(one, room.a * index ** years + room.b * index + room.c, years)


YARDSTICKS = (
    Yardstick("margin", "operating margin", room_under_margin, (*ACCOUNTS, *PEOPLE, GROWTH)),
    Yardstick("income", "operating income", room_under_income, (*ACCOUNTS, *PEOPLE, GROWTH)),
    Yardstick("free_cash", "free cash flow", room_under_free_cash, (*CASH, *PEOPLE, GROWTH)),
    Yardstick("share", "compute share", room_under_share, ("depreciation_usd", "depreciation_then_usd", *PEOPLE),
              follows_guidance=False),
)


def growth_that_asks_for_none(yardstick: Yardstick, one: Inputs, now_persons: float, years: int) -> float:
    """Yearly growth of revenue at which the yardstick asks for neither fewer nor more than `now_persons`: ratio.

    Closed form for one year or two. NaN where growth does not enter, and where no growth would do.
    """
    room = yardstick.room(one)
    short = cost_of_staff(one, now_persons, years) - room.c
    if years == 1:
        return short / (room.a + room.b) - 1 if room.a + room.b else math.nan
    under = room.b ** 2 + 4 * room.a * short
    return (-room.b + math.sqrt(under)) / (2 * room.a) - 1 if room.a and under >= 0 else math.nan
