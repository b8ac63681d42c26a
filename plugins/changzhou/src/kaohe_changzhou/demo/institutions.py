"""The institutions, drawn: names, seats, persons served, how well each works and what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import NamedTuple

from kaohe_changzhou.demo.city import DISTRICTS, FIRST, HALF_YEAR, JINTAN, LAST, TERMINATION, District
from kaohe_changzhou.demo.kinds import FIRST_NAMES, KINDS, NURSING_HOME, Care, Fate, Kind

STARS = (30, 5, 15, 25, 15, 10)
"""How many nursing homes of a hundred have no star, one, two, …"""
ONLY_MEDICAL = ("医疗护理", "家庭病床", "医疗护理、家庭病床")


class Institution(NamedTuple):
    """An institution: its seat, the persons it serves of each scorer, and what became of it."""

    code: str
    name: str
    kind: Kind
    seat: District
    served: dict[str, int]
    care: Care
    services: str
    basic_insurance: bool
    star: int | None = None
    fate: Fate = Fate.USUAL

    @property
    def exempt(self) -> bool:
        """It is assessed by the basic insurance (notice, 一)."""
        return self.basic_insurance and self.services in ONLY_MEDICAL

    @property
    def assessed(self) -> bool:
        """It takes part in the assessment."""
        return not self.exempt and self.fate is not Fate.ENDED

    @property
    def silent(self) -> str:
        """The scorer that has not reported yet."""
        return JINTAN.scorer if self.fate is Fate.SILENT else ""

    @property
    def days(self) -> tuple[date, date]:
        """The first and last working day under its agreement in the year."""
        return (HALF_YEAR if self.fate is Fate.BEGUN else FIRST, TERMINATION if self.fate is Fate.TERMINATED else LAST)


def institutions(rng: Random) -> list[Institution]:
    """All institutions, by kind and seat."""
    return [institution for kind in KINDS for institution in _fated(rng, kind, list(_drawn(rng, kind)))]


def _drawn(rng: Random, kind: Kind) -> Iterator[Institution]:
    names = [first + second for first in FIRST_NAMES for second in kind.second_names]
    reach = [scorers for scorers, times in enumerate(kind.reach, 1) for _ in range(times)]
    cares = [care for care in kind.cares for _ in range(care.institutions)]
    offers = [offer[:2] for offer in kind.services for _ in range(offer[2])]
    for shuffled in (names, reach, cares, offers):
        rng.shuffle(shuffled)
    seats = [
        (district, number)
        for district, times in zip(DISTRICTS, kind.seats, strict=True)
        for number in range(1, times + 1)
    ]
    dealt = zip(seats, names[: len(seats)], reach, cares, offers, strict=True)
    for (seat, number), name, scorers, care, offer in dealt:
        institution = Institution(
            f"{kind.prefix}{seat.scorer[:2]}{number:03}", name + rng.choice(kind.endings), kind, seat,
            _served(rng, kind, seat, scorers), care, *offer, _star(rng, kind),
        )  # fmt: skip
        yield institution._replace(served={}) if institution.exempt else institution


def _star(rng: Random, kind: Kind) -> int | None:
    return rng.choices(range(6), STARS)[0] if kind is NURSING_HOME else None


def _served(rng: Random, kind: Kind, seat: District, scorers: int) -> dict[str, int]:
    """Mostly insured of the institution's own district, some of others; small institutions more often."""
    smallest, largest = kind.persons
    least = smallest if scorers == 1 else max(12, smallest) * scorers
    total = rng.randint(least, rng.randint(least, largest))
    others = rng.sample([district.scorer for district in DISTRICTS if district != seat], scorers - 1)
    guests = {scorer: rng.randint(1, total // 5) for scorer in others}
    return {seat.scorer: total - sum(guests.values()), **guests}


def _fated(rng: Random, kind: Kind, drawn: list[Institution]) -> list[Institution]:
    """The institutions, with the kind's fates dealt out among those that work well enough.

    The first suspension is the worst one's.
    """
    worst: int | None = max(range(len(drawn)), key=lambda place: drawn[place].care.found)
    others = [place for place, institution in enumerate(drawn) if not institution.care.bad]
    rng.shuffle(others)
    for fate in sorted(kind.fates, key=lambda fate: fate is not Fate.SILENT):  # the hardest to place comes first
        if fate is Fate.SUSPENDED and worst is not None:
            place, worst = worst, None
        else:
            place = next(place for place in others if fate is not Fate.SILENT or _may_be_silent(drawn[place]))
            others.remove(place)
        served = {} if fate is Fate.ENDED else drawn[place].served
        drawn[place] = drawn[place]._replace(fate=fate, served=served)
    return drawn


def _may_be_silent(institution: Institution) -> bool:
    """The silent district assesses it, and another one too."""
    return JINTAN.scorer in institution.served and len(institution.served) > 1
