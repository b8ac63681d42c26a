"""Consequences: what a scheme's data says follows from a result."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import Consequence, Rules, assumptions, units
from kaohe.stages.contract import CONSEQUENCES
from kaohe.stages.frames import Frame, Tables, collected, empty


def consequences(tables: Tables, rules: Rules) -> Tables:
    """A row for each institution and rule of the scheme that holds of it. Reads results, events, history.

    A score that is a range is below a line where its highest is, and not below one where its lowest is not. Of an
    earlier year only a score of the same scheme counts; `undecided` says of whom it is not known.
    """
    parts = [empty(CONSEQUENCES)]
    for rule in rules.scheme.consequences:
        if any(rules.value(line) is None for line in (rule.below, rule.at_least) if line):
            continue
        due = str(rules.value(rule.due)) if rule.due and rules.value(rule.due) is not None else None
        meant = _meant(rule, tables, rules).with_columns(
            consequence=nw.lit(rule.consequence),
            article=nw.lit(rule.article),
            due=nw.lit(due, nw.String),
            basis=_basis(rule, rules),
        )
        parts.append(meant.select(list(CONSEQUENCES)))
    return {"consequences": nw.concat(parts)}


def _meant(rule: Consequence, tables: Tables, rules: Rules) -> Frame:
    """The results of whom all conditions of the rule hold."""
    meant = tables["results"]
    if rule.grades:
        meant = meant.filter(nw.col("grade").is_in(rule.grades))
    if rule.statuses:
        meant = meant.filter(nw.col("status").is_in(rule.statuses))
    if rule.facts:
        meant = meant.join(_recorded(tables, rule.facts), on="institution")
    if rule.at_least:
        meant = meant.filter(nw.col("low") >= units(rules.value(rule.at_least)))
    if rule.below:
        line = units(rules.value(rule.below))
        meant = meant.filter(nw.col("high") < line)
        for back in range(1, rule.years):
            earlier = _earlier(tables, rules, back).filter(nw.col("earlier") < line)
            meant = meant.join(earlier.select("institution"), on="institution")
    return meant


def undecided(rule: Consequence, tables: Tables, rules: Rules) -> Frame:
    """Institutions of which it is not known whether a rule about scores below a line holds: institution."""
    line = units(rules.value(rule.below))
    scored = tables["results"].filter(~nw.col("low").is_null())
    unsure = scored.filter(nw.col("low") < line, nw.col("high") >= line).select("institution")
    below = scored.filter(nw.col("low") < line).select("institution")
    parts = [unsure]
    for back in range(1, rule.years):
        known = _earlier(tables, rules, back).select("institution")
        parts.append(below.join(known, on="institution", how="anti"))
    return nw.concat(parts).unique()


def _recorded(tables: Tables, facts: list[str]) -> Frame:
    """Institutions of which an event of these facts is recorded, once each."""
    if "events" not in tables:
        return tables["results"].select("institution").head(0)
    recorded = nw.col("fact").is_in(facts) & (nw.col("status") != "withdrawn") & (nw.col("count") > 0)
    return tables["events"].filter(recorded).select("institution").unique()


def _earlier(tables: Tables, rules: Rules, back: int) -> Frame:
    """The scores of so many years ago under this scheme, in the version of then: institution, earlier."""
    if "history" not in tables:
        return tables["results"].select("institution", earlier=nw.col("low")).head(0)
    year = int(collected(tables["periods"].filter(nw.col("period_kind") == "year"))["period"][0]) - back
    rows = tables["history"].filter(nw.col("year") == str(year), ~nw.col("score").is_null())
    named = [name for name in collected(rows.select("scheme").unique())["scheme"] if rules.scheme.version_of(name)]
    own = rules.scheme.scheme
    rows = rows.filter(nw.col("scheme").is_in([own] if own in named else named))
    return rows.select("institution", earlier=nw.col("score"))


def _basis(rule: Consequence, rules: Rules) -> nw.Expr:
    """What the consequence rests on, as codes."""
    if rule.facts:
        return nw.lit(" ".join(f"fact:{fact}" for fact in rule.facts))
    if rule.below or rule.at_least:
        lines = (("at_least", rule.at_least), ("below", rule.below))
        sides = " ".join(f"{side}:{line}" for side, line in lines if line)
        named = [name for name in (rule.at_least, rule.below, rule.due) if name]
        return nw.lit(f"{sides}{assumptions(rules, *named)}")
    return nw.col("basis")
