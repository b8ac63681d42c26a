"""Regional budgets as data: how a fund's budget is split, paid from month by month, and closed at the year-end.

Where a field says *option*, it holds one of the options named, or the name of a choice that has them (with its full
stop): a reading. Where it says *share*, *tiers* or *weight*, it names a parameter. An `article` is the sentence of the
document by which money moves there.
"""

from __future__ import annotations

from typing import Any, Literal

from attrs import NOTHING, field, frozen


def option(*options: str, default: Any = NOTHING, types: tuple[str, ...] = ()) -> Any:
    """A field that holds one of the options, or names a choice among them (or a parameter of one of the types)."""
    return field(default=default, metadata={"options": options, "types": types})


def parameter(kind: str, default: Any = NOTHING) -> Any:
    """A field that names a parameter of this type."""
    return field(default=default, metadata={"types": (kind,)})


def column(table: str, default: Any = NOTHING) -> Any:
    """A field that names a column of this table."""
    return field(default=default, metadata={"table": table})


@frozen(kw_only=True)
class Factor:
    """A figure of the regions that adjusts the split by its weight (a share).

    `figure`: a column of `regions`. `history`: option last_year or mean, over which years its growth is taken.
    """

    step: str
    figure: str = column("regions")
    weight: str = parameter("share")
    history: str = option("last_year", "mean", default="last_year")


@frozen(kw_only=True)
class Reserve:
    """The risk reserve: the share of each fund's budget that is set aside before it is split."""

    rate: str = parameter("share")
    article: str


@frozen(kw_only=True)
class Months:
    """Payments against a region's budget. Nothing is admitted above the limit.

    `limit`: option year (what is left of the region's budget), to_date (what is left of a twelfth for each month so
    far) or month (each month a twelfth of its own). `excess`: option deferred to the year-end, or paid.
    """

    article: str
    beyond: str
    limit: str = option("year", "to_date", "month", default="year")
    excess: str = option("deferred", "paid", default="deferred")


@frozen(kw_only=True)
class Withheld:
    """The quality deposit withheld from each month's payable, at the agreement's rate or the share `rate`.

    `release`: option score (score ÷ 100) or grades (a mapping of grades to shares, the parameter `shares`); or a
    parameter that is a schedule.
    """

    rate: str = parameter("share")
    release: str = option("score", "grades", types=("schedule",))
    article: str
    shares: str = parameter("mapping", default="")


@frozen(kw_only=True)
class Available:
    """What the year-end does where revenue fell short of the budget. `revenue`: option bounded or budget."""

    revenue: str = option("bounded", "budget")
    article: str


SOURCES = ("forfeited", "reserve", "unspent", "fund")
"""The sources that the core knows how to fill."""


@frozen(kw_only=True)
class Source:
    """One source of the year-end's waterfall, used for what those before it left.

    `source`: forfeited (the region's own forfeited deposits), reserve, unspent (what other regions left of their
    budgets), fund (without limit), or a name of the document's for money given in the data: `own`, a column of
    `regions` (for that region alone), or `common`, a column of `funds`. `division`: option need, budget or equal, how
    a common source is divided where it is short. `share`: at most that share of the need; `tiers`: at most the shares
    of the overspend by how far it is above the budget. `when`: the reading under which it is used.
    """

    source: str
    article: str
    own: str = column("regions", default="")
    common: str = column("funds", default="")
    division: str = option("need", "budget", "equal", default="need")
    share: str = parameter("share", default="")
    tiers: str = parameter("tiers", default="")
    when: str = field(default="", metadata={"reading": True})


@frozen(kw_only=True)
class Sharing:
    """What no source met, shared by the regions by the assessment of their agencies.

    `who`: option overspent, all or equal (who shares, and on what base). `scores`: option lost or surcharge. `several`:
    option mean, insured or lowest, for the score of a region with several districts.
    """

    article: str
    who: str = option("overspent", "all", "equal", default="overspent")
    scores: str = option("lost", "surcharge", default="lost")
    several: str = option("mean", "insured", "lowest", default="mean")


@frozen(kw_only=True)
class Budgets:
    """A fund's year in regional budgets.

    `opened`: the article of the budget; `bounded`: the one by which it follows revenue (above it is refused; blank:
    revenue is not asked for). `split`: the article of the split by the share of the figure `base`, a column of
    `regions`, in `year` (last or this), adjusted by the factors in the way of `method` (option index or shares).
    `least`, `most`: shares of the base, where it is spending, below and above which no budget goes.
    """

    opened: str
    split: str
    bounded: str = ""
    base: str = column("regions", default="spending")
    year: Literal["last", "this"] = "last"
    method: str = option("index", "shares", default="index")
    factors: list[Factor] = field(factory=list)
    least: str = parameter("share", default="")
    most: str = parameter("share", default="")
    reserve: Reserve | None = None
    months: Months | None = None
    deposit: Withheld | None = None
    available: Available | None = None
    sources: list[Source] = field(factory=list)
    sharing: Sharing | None = None
