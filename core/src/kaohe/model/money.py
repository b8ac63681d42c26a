"""Money that moves by institution, as data: a small closed set of shapes, each with its article.

`option`, parameters and columns as in `kaohe.model.budgets`.
"""

from __future__ import annotations

from typing import ClassVar

from attrs import field, frozen

from kaohe.model.budgets import column, option, parameter


@frozen(kw_only=True)
class Money:
    """One step: its name, which is the account it is booked on, and the sentence by which money moves.

    `fund`: where the rows say none, the fund it is booked in.
    """

    shape: ClassVar[str]
    step: str
    article: str
    fund: str = ""


@frozen(kw_only=True)
class Product(Money):
    """An amount as a product, for each row of `payments` or `institutions`: columns and parameters in their order.

    One of them is money. `rounding`: option each (half up to the fen after each multiplication) or once.
    """

    shape = "product"
    table: str
    factors: list[str]
    rounding: str = option("each", "once", default="once")


@frozen(kw_only=True)
class Pool(Money):
    """A pool, a column of `funds`, shared by volume (a column of `institutions`) times quality.

    `quality`: option score (÷ 100), or a schedule. With a `price` (an amount for a unit of volume) the pool need not be
    exhausted: each gets price × volume × quality, half up, and the pool only bounds the sum.
    """

    shape = "pool"
    pool: str = column("funds")
    volume: str = column("institutions")
    quality: str = option("score", types=("schedule",))
    price: str = parameter("amount", default="")


@frozen(kw_only=True)
class Verified(Money):
    """Claimed figures against verified ones, money columns of `payments`.

    Up to the tolerance (a share of the claim) what is verified is paid; what is claimed beyond it also costs
    the sanction: that many times the difference, never more than what is verified.
    """

    shape = "verified"
    claimed: str = column("payments")
    verified: str = column("payments")
    tolerance: str = parameter("share")
    sanction: str = parameter("times")


@frozen(kw_only=True)
class Base:
    """A base of a clawback, and how many times it is taken.

    `base`: option amount (the event's), month (what was payable for the month of the event) or year (for the year).
    """

    base: str = option("amount", "month", "year")
    times: str = parameter("times")


@frozen(kw_only=True)
class Clawback(Money):
    """What is taken back for each event of `facts`, half up.

    `take`: option highest, lowest or sum, of several bases.
    """

    shape = "clawback"
    facts: list[str]
    bases: list[Base] = field(factory=list)
    take: str = option("highest", "lowest", "sum", default="highest")


MONEY: dict[str, type[Money]] = {kind.shape: kind for kind in (Product, Pool, Verified, Clawback)}
