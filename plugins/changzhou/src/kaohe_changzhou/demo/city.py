"""The city: its settlement districts, and the days of the assessed year and of its assessment."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

YEAR = 2022
FIRST, LAST = date(2022, 1, 4), date(2022, 12, 30)
"""The year's first and last working days."""
HALF_YEAR, TERMINATION = date(2022, 7, 1), date(2022, 9, 30)
"""The days on which one agreement begins within the year, and on which others end early."""
HOLIDAYS = (
    (date(2022, 1, 31), date(2022, 2, 6)),
    (date(2022, 4, 3), date(2022, 4, 5)),
    (date(2022, 4, 30), date(2022, 5, 4)),
    (date(2022, 6, 3), date(2022, 6, 5)),
    (date(2022, 9, 10), date(2022, 9, 12)),
    (date(2022, 10, 1), date(2022, 10, 7)),
)


class District(NamedTuple):
    """A settlement district (annex 5), and how it saves and dates its files."""

    scorer: str
    name: str
    encoding: str = "utf-8-sig"
    dates: str = "{:%Y-%m-%d}"

    def written(self, day: date | None) -> str:
        """The day as this district writes it."""
        return self.dates.format(day) if day else ""


DISTRICTS = (
    District("CZ01", "市中心"),
    District("LY01", "溧阳市", "gb18030", "{0.year}/{0.month}/{0.day}"),  # as Excel in China saves CSV
    JINTAN := District("JT01", "金坛区"),
    District("WJ01", "武进区"),
)
CENTRE = District("", "市医保中心")
SELF = "ZP01"
"""The scorer of self-scores."""


def weekday(day: date) -> date:
    """The day, or the Friday before it."""
    return day - timedelta(max(0, day.weekday() - 4))


WORKING_DAYS = [
    day
    for day in (FIRST + timedelta(days) for days in range((LAST - FIRST).days + 1))
    if weekday(day) == day and not any(first <= day <= last for first, last in HOLIDAYS)
]
"""Of the year; the Saturdays worked in exchange for holidays are left out."""


def working_day(rng: Random, first: date, last: date) -> date:
    """A day of the year, from the first to the last, on which somebody was at work."""
    return WORKING_DAYS[rng.randrange(bisect_left(WORKING_DAYS, first), bisect_right(WORKING_DAYS, last))]


def working_days_later(day: date, days: int) -> date | None:
    """The working day so many days after one, if it is in the year."""
    place = bisect_left(WORKING_DAYS, day) + days
    return WORKING_DAYS[place] if place < len(WORKING_DAYS) else None
