"""What is amiss in a scheme's rules although they load: gaps, rules that nothing reaches, numbers from nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path

from kaohe import Problem, Refused
from kaohe.loading import read_toml
from kaohe.messages import Text, listing
from kaohe.model import Bands, Clause, Fact, Item, Line, LookUp, PerN, Rubric, Rules, ShortOf, Veto
from kaohe.problems import Severity
from kaohe.rubric import Range, in_order
from kaohe.stages.contract import STAGES
from kaohe_authoring.regimes import Regime
from kaohe_authoring.words import text


def lint(regime: Regime) -> list[Problem]:
    """Everything amiss in the scheme, in the order of its files: errors by which it does not load, then the rest."""
    try:
        rules = regime.rules()
        printed = regime.printed()
    except Refused as refused:
        return refused.problems
    problems = list(_scheme(regime))
    for file, rubric in printed.items():
        problems += _rubric(file, rubric, rules)
    problems += _parameters(regime, rules)
    return problems


def _said(code: str, file: Path, key: str, message: Text, remedy: Text, severity: Severity = "warning") -> Problem:
    return Problem(code, message, remedy, severity, str(file), key=key)


# The scheme as a whole.


def _scheme(regime: Regime) -> Iterator[Problem]:
    scheme, file = regime.scheme, regime.folder / "scheme.toml"
    if scheme.begins and scheme.ends and scheme.ends < scheme.begins:
        message = text("the year ends ({ends}) before it begins ({begins})", ends=scheme.ends, begins=scheme.begins)
        yield _said("dates", file, "ends", message, text("correct the dates"))


# Rubrics.


def _rubric(file: Path, rubric: Rubric, rules: Rules) -> Iterator[Problem]:
    asked = {*rules.scheme.needs.tables, *rules.scheme.needs.offers}
    for item in rubric.items:
        for clause in item.clauses:
            fact = rules.facts[clause.fact]
            for message, remedy in _clause(clause, item, fact):
                yield _said("unreachable", file, clause.clause, message, remedy)
            if isinstance(clause, Bands):
                for message in _gaps(clause):
                    yield _said("gap", file, clause.clause, message, text("say what holds there, or name it a reading"))
            if isinstance(clause, LookUp):
                for message in _missing_levels(clause):
                    yield _said("gap", file, clause.clause, message, text("say what holds there, or name it a reading"))
            yield from _fed(file, clause, fact, asked)
    for veto in rubric.vetoes:
        yield from _fed(file, veto, rules.facts[veto.fact], asked)
    yield from _twice(file, rubric)


def _fed(file: Path, rule: Clause | Veto, fact: Fact, asked: set[str]) -> Iterator[Problem]:
    """A fact whose table nobody is asked for is never recorded; institutions are always there."""
    if fact.table != "institutions" and fact.table not in asked:
        message = text(
            "“{fact}” stands in the table {table}, which the scheme does not ask for", fact=fact.fact, table=fact.table
        )
        yield _said("unfed", file, rule.clause, message, text("name the table under needs in scheme.toml"))


def _clause(clause: Clause, item: Item, fact: Fact) -> Iterator[tuple[Text, Text]]:
    """Parts of a clause that no record can reach, or that move nothing."""
    correct = text("correct the number, or leave it out")
    if item.full_score == 0:
        yield text("nothing can move: the item's full score is 0"), text("give the item its full score")
    most = (
        Fraction(1)
        if fact.measure == "share"
        else Fraction(fact.most)
        if fact.most is not None and fact.measure != "ratio"
        else None
    )
    match clause:
        case Bands(bands=bands):
            for (lower, upper), points in in_order(bands):
                told = _told((lower, upper))
                if most is not None and lower is not None and (lower[0] > most or (lower[0] == most and not lower[1])):
                    yield (
                        text(
                            "nothing reaches {range}: “{fact}” is at most {most}", range=told, fact=fact.fact, most=most
                        ),
                        correct,
                    )
                elif fact.measure in ("number", "level", "cases") and not _whole((lower, upper)):
                    yield (
                        text("nothing reaches {range}: “{fact}” is a whole number", range=told, fact=fact.fact),
                        correct,
                    )
                elif upper is not None and upper[0] == 0 and not upper[1]:
                    yield text("nothing reaches {range}: “{fact}” is not below 0", range=told, fact=fact.fact), correct
                elif points > item.full_score:
                    yield _beyond(points, item), correct
        case Line(ends=ends):
            for end in ends:
                if end.points > item.full_score:
                    yield _beyond(end.points, item), correct
        case LookUp(levels=levels):
            for level in levels:
                if most is not None and level.value > most:
                    yield (
                        text(
                            "nothing reaches {range}: “{fact}” is at most {most}",
                            range=level.value,
                            fact=fact.fact,
                            most=most,
                        ),
                        correct,
                    )
                elif level.points > item.full_score:
                    yield _beyond(level.points, item), correct
        case ShortOf(target=target) if most is not None and target > most:
            yield (
                text(
                    "the target {target} cannot be met: “{fact}” is at most {most}",
                    target=target,
                    fact=fact.fact,
                    most=most,
                ),
                correct,
            )
        case PerN(n=n) if most is not None and n > most:
            yield (
                text("nothing reaches {range}: “{fact}” is at most {most}", range=n, fact=fact.fact, most=most),
                correct,
            )
    worth = getattr(clause, "points", None)
    if worth == 0:
        yield text("it is worth nothing"), text("give it points, or leave it out")
    elif worth is not None and worth > item.full_score:
        yield _beyond(worth, item), correct


def _beyond(points: Decimal, item: Item) -> Text:
    return text("{points} points cannot all be reached: the item has {full}", points=points, full=item.full_score)


def _whole(ends: Range) -> bool:
    """Whether a whole number lies within the ends."""
    lower, upper = ends
    if lower is None or upper is None:
        return True
    first = -(-lower[0].numerator // lower[0].denominator)
    first += first == lower[0] and not lower[1]
    return first < upper[0] or (first == upper[0] and upper[1])


def _told(ends: Range) -> str:
    """A range as mathematics writes it."""
    lower, upper = ends
    before = "" if lower is None else f"{_decimal(lower[0])} {'≤' if lower[1] else '<'} "
    after = "" if upper is None else f" {'≤' if upper[1] else '<'} {_decimal(upper[0])}"
    return f"{before}x{after}"


def _decimal(value: Fraction) -> str:
    return f"{Decimal(value.numerator) / Decimal(value.denominator):f}"


def _gaps(clause: Bands) -> Iterator[Text]:
    """What lies between two bands and in neither; what lies below the first or above the last counts nothing."""
    for ((_, upper), _), ((lower, _), _) in pairwise(in_order(clause.bands)):
        if upper is None or lower is None:
            continue
        if lower[0] > upper[0] or (lower[0] == upper[0] and not (lower[1] or upper[1])):
            gap = (upper[0], not upper[1]), (lower[0], not lower[1])
            yield text("{range} falls into no band", range=_decimal(upper[0]) if upper[0] == lower[0] else _told(gap))


def _missing_levels(clause: LookUp) -> Iterator[Text]:
    values = sorted(level.value for level in clause.levels)
    missing = [value for lower, higher in pairwise(values) for value in range(lower + 1, higher)][:10]
    if missing:
        yield text("{levels} between the levels is worth nothing", levels=listing(missing))


def _twice(file: Path, rubric: Rubric) -> Iterator[Problem]:
    """A fact that two clauses count is taken twice; of two readings of one parameter only one holds."""
    counting: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for item in rubric.items:
        for clause in item.clauses:
            if clause.fact != "mark":
                counting[clause.fact].append((clause.clause, clause.when))
    for veto in rubric.vetoes:
        counting[veto.fact].append((veto.clause, ""))
    for fact, clauses in counting.items():
        both = [
            (one, other) for (one, first), (other, second) in combinations(clauses, 2) if not _exclude(first, second)
        ]
        if both:
            codes = dict.fromkeys(code for pair in both for code in pair)
            message = text(
                "“{fact}” is counted by the clauses {clauses}: one record counts in each",
                fact=fact,
                clauses=listing(codes),
            )
            yield _said(
                "twice",
                file,
                next(iter(codes)),
                message,
                text("use a fact of its own for each, if the document means two"),
                "note",
            )


def _exclude(first: str, second: str) -> bool:
    """Whether two clauses hold under different options of the same reading."""
    (one, _, option), (other, _, another) = first.partition("="), second.partition("=")
    return bool(one) and one == other and option != another


# Parameters and facts.


def _parameters(regime: Regime, rules: Rules) -> Iterator[Problem]:
    file = regime.folder / "parameters.toml"
    for name, content in (read_toml(file) if file.exists() else {}).items():
        parameter = rules.parameters[name]
        remedy = text("say provenance (published, agreement, assumption) and source")
        if not content.get("source"):
            yield _said("provenance", file, name, text("it is not said where the value comes from"), remedy)
        elif content.get("value") is not None and not parameter.reading and "provenance" not in content:
            yield _said("provenance", file, name, text("it is not said whether the value is published"), remedy)
        if parameter.reading and parameter.reason is None:
            yield _said("reason", file, name, text("the reading has no reason"), text("say why the words are read so"))
        if parameter.value is None and parameter.needed_for is None:
            message = text("it is unset, and nothing says what it is needed for")
            yield _said("needed", file, name, message, text("say needed_for, if anything is"), "note")


def unused_facts(regimes: list[Regime]) -> Iterator[Problem]:
    """Facts of the city's own that no rule of its schemes speaks of; none where the city has code of its own."""
    city = regimes[0].city
    file = city.facts_file()
    if file is None or any(city.has(hook) for hook in ("checks", *STAGES)):
        return
    spoken: set[str] = set()
    for regime in regimes:
        scheme = regime.scheme
        spoken |= {fact for rubric in regime.printed().values() for fact in rubric.counted}
        spoken |= {fact for consequence in scheme.consequences for fact in consequence.facts}
        spoken |= {*(scheme.standing.facts if scheme.standing else ()), *(scheme.fee.losses if scheme.fee else ())}
    for name in read_toml(file):
        if name not in spoken:
            yield _said("unused", file, name, text("no rule counts “{fact}”", fact=name), text("leave it out"), "note")
