"""A worked case's year: the rows of its dataset, made of the background's and its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import evolve

from kaohe.dataset import CONTRACT
from kaohe.messages import listing
from kaohe.model import Rules
from kaohe.problems import Problem, refuse_errors
from kaohe_conformance.case import Background, Given, Row, Rows
from kaohe_conformance.words import text

ALL = "*"
"""In a background's row: every institution, or every scorer that serves the institution."""


NAMED = ("institution", "scorer", "begins", "ends", "plan")


def merged(under: Background, over: Background) -> Background:
    """A background with what another one says in its place or beside it."""
    defaults = {name: {**under.defaults.get(name, {}), **row} for name, row in over.defaults.items()}
    tables = {name: [*under.tables.get(name, []), *rows] for name, rows in over.tables.items()}
    said = {name: getattr(over, name) or getattr(under, name) for name in NAMED}
    provenance = over.provenance if over.provenance != Background().provenance else under.provenance
    return evolve(
        under,
        **said,
        provenance=provenance,
        parameters={**under.parameters, **over.parameters},
        defaults={**under.defaults, **defaults},
        tables={**under.tables, **tables},
    )


def tables_of(background: Background, given: Given, rules: Rules) -> dict[str, Rows]:
    """The rows of each table; every cell is text. Raises Refused where a column is not there."""
    _refuse_unknown_columns(given, background, rules)
    return _Year(background, given, rules).tables()


def _refuse_unknown_columns(given: Given, background: Background, rules: Rules) -> None:
    """A slip in a column's name would otherwise be a further column, which a dataset may have."""
    problems = []
    for name, rows in _all_rows(given, background):
        known = {*CONTRACT[name].columns, *rules.scheme.needs.columns.get(name, {})}
        known |= {fact.fact for fact in rules.facts.values() if fact.table == "institutions" and name == "institutions"}
        unknown = sorted({column for row in rows for column in row} - known)
        problems += [
            Problem(
                "case",
                text("the table {table} has no column “{column}”", table=name, column=column),
                text("its columns are {columns}", columns=listing(sorted(known))),
            )
            for column in unknown
        ]
    refuse_errors(problems)


def _all_rows(given: Given, background: Background) -> Iterable[tuple[str, Rows]]:
    for tables in (given.tables, given.without, background.tables):
        yield from tables.items()
    yield from ((name, [row]) for name, row in background.defaults.items())


class _Year:
    """Tables being made: institutions first, then who serves them, then everything else."""

    def __init__(self, background: Background, given: Given, rules: Rules) -> None:
        self.background, self.given, self.rules = background, given, rules
        self.made: dict[str, Rows] = {}
        self.institutions: list[str] = []

    def tables(self) -> dict[str, Rows]:
        names = dict.fromkeys([*self.background.tables, *self.given.tables])
        mentioned = [row.get("institution", "") for rows in self.given.tables.values() for row in rows]
        about = [self.background.institution, *mentioned]
        about += [row.get("institution", "") for row in self.background.tables.get("institutions", ())]
        self.institutions = [name for name in dict.fromkeys(about) if name not in ("", ALL)]
        self._put("institutions", complete=self.institutions)
        self._put("served")
        if "scorers" in names or "scorers" in self.background.defaults:
            self._put("scorers", complete=self._scorers())
        for name in names:
            if name not in self.made:
                self._put(name)
        for row in self.made.get("scorers", ()):
            row.setdefault("name", row["scorer"])
        return {name: rows for name, rows in self.made.items() if rows or name in names}

    def _put(self, name: str, complete: Iterable[str] = ()) -> None:
        """Make one table: the background's rows, but for those left out, and the case's in their place or beside."""
        key = CONTRACT[name].key
        rows = [row for row in self._spread(name, self.background.tables.get(name, ())) if self._belongs(row)]
        defaults = self.background.defaults.get(name, {})
        rows = [row for row in rows if not self._left_out(name, {**defaults, **row})]
        standing: dict[tuple[str, ...], Row] = {}
        for row in [*rows, *self._spread(name, self.given.tables.get(name, ()))]:
            # A record whose own code nobody said is one more; every other row stands for what its key names.
            place = (
                tuple(row.get(column, "") for column in key)
                if len(key) > 1 or key[0] in row
                else (f" {len(standing)}",)
            )
            standing[place] = {**standing.get(place, {}), **row}
        for code in complete:
            if not self._left_out(name, {key[0]: code}):
                standing.setdefault((code,), {key[0]: code})
        self.made[name] = [
            {**_named(name, row, number), **defaults, **row} for number, row in enumerate(standing.values(), 1)
        ]

    def _scorers(self) -> list[str]:
        return list(dict.fromkeys(row["scorer"] for row in self.made["served"]))

    def _spread(self, name: str, rows: Iterable[Row]) -> list[Row]:
        """Rows with their institution, scorer and period said; one for each that `*`, or silence, means."""
        columns = CONTRACT[name].columns
        about = "institution" in columns and columns["institution"].required and name != "institutions"
        found: Rows = []
        for row in rows:
            whole = {**row}
            if about:
                whole.setdefault("institution", self.background.institution)
            if "fact" in whole:
                whole.setdefault("scorer", self._recorder(name, whole))
            for code in self.institutions if whole.get("institution") == ALL else [whole.get("institution")]:
                one = whole if code is None else {**whole, "institution": code}
                for scorer in self._of_all(one) if one.get("scorer") == ALL else [one.get("scorer")]:
                    two = one if scorer is None else {**one, "scorer": scorer}
                    found += (
                        [{**two, "period": period} for period in self._periods(two)] if name == "metrics" else [two]
                    )
        return found

    def _recorder(self, name: str, row: Row) -> str:
        """Who recorded a fact: nobody where it is the city's, otherwise the scorer that the defaults name."""
        fact = self.rules.facts.get(row["fact"])
        if fact is not None and fact.scope == "city":
            return ""
        return self.background.defaults.get(name, {}).get("scorer", "")

    def _of_all(self, row: Row) -> list[str]:
        """The scorers that serve somebody: of the institution, or of any."""
        fact = self.rules.facts.get(row.get("fact", ""))
        if fact is not None and fact.scope == "city":
            return [""]
        served = [one for one in self.made["served"] if row.get("institution") in (None, "", one["institution"])]
        if row.get("institution"):
            served = [one for one in served if one.get("persons") != "0"]
        return list(dict.fromkeys(one["scorer"] for one in served))

    def _periods(self, row: Row) -> list[str]:
        """The period that a row says; otherwise the year, or every month of it for what is counted by month."""
        begins, ends = self.background.begins, self.background.ends
        fact = self.rules.facts.get(row.get("fact", ""))
        if "period" in row or begins is None or ends is None:
            return [row.get("period", "")]
        if fact is None or fact.period != "month":
            return [str(begins.year)]
        months = range(begins.year * 12 + begins.month - 1, ends.year * 12 + ends.month)
        return [f"{month // 12}-{month % 12 + 1:02}" for month in months]

    def _belongs(self, row: Row) -> bool:
        """Whether a background's row is there: one of a fact only where the institution's table counts the fact."""
        if "fact" not in row:
            return True
        kinds = {one["institution"]: one.get("kind", "") for one in self.made["institutions"]}
        rubric = self.rules.rubrics.get(self.rules.kinds.get(kinds.get(row["institution"], ""), ""))
        return rubric is not None and row["fact"] in rubric.counted

    def _left_out(self, name: str, row: Row) -> bool:
        return any(
            all(row.get(column, "") == value for column, value in pattern.items())
            for pattern in self.given.without.get(name, ())
        )


def _named(table: str, row: Mapping[str, str], number: int) -> Row:
    """What a row needs and a case need not say: the code of an event or an agreement, an institution's name."""
    if table == "institutions":
        return {"name": row["institution"]}
    key = CONTRACT[table].key
    return {key[0]: f"{table}-{number}"} if len(key) == 1 and key[0] not in row else {}
