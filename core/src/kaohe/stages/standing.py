"""Standing: results that are no number, because an investigation is open or the institution has failed."""

from __future__ import annotations

import narwhals as nw

from kaohe.model import Rules
from kaohe.stages.frames import Frame, Tables, nothing

COLUMNS = ["institution", "standing", "standing_article"]


def standing(tables: Tables, rules: Rules) -> Frame:
    """Who has failed, or is pending, and by which article: a row each. Reads events, steps, investigations.

    Who has failed is not pending: what failing means does not wait for a score. An investigation that was opened
    after the assessment of the institution was concluded (the step evaluation) does not hold it up.
    """
    rule = rules.scheme.standing
    none = tables["institutions"].select("institution").head(0)
    failed, pending = none, none
    if rule is not None and rule.failed:
        failed = nw.concat([none, *_failed(tables, rule.facts, rule.steps)]).unique()
    if rule is not None and rule.pending and "investigations" in tables:
        pending = _under_investigation(tables).join(failed, on="institution", how="anti")
    parts = [
        failed.with_columns(standing=nw.lit("failed"), standing_article=nw.lit(rule.failed if rule else "")),
        pending.with_columns(standing=nw.lit("pending"), standing_article=nw.lit(rule.pending if rule else "")),
    ]
    return nw.concat([part.select(COLUMNS) for part in parts])


def _failed(tables: Tables, facts: list[str], steps: list[str]) -> list[Frame]:
    """Who an event is recorded of, and who took a step late or not at all."""
    found = []
    if "events" in tables and facts:
        of_facts = nw.col("fact").is_in(facts) & (nw.col("status") != "withdrawn") & (nw.col("count") > 0)
        found.append(tables["events"].filter(of_facts).select("institution"))
    if "steps" in tables and steps:
        late = nw.col("done").is_null() | (nw.col("done") > nw.col("due"))
        of_steps = nw.col("step").is_in(steps) & ~nw.col("due").is_null() & ~nw.col("institution").is_null()
        found.append(tables["steps"].filter(of_steps & late).select("institution"))
    return found


def _under_investigation(tables: Tables) -> Frame:
    """Institutions with an investigation that is not closed, or of which no conclusion is recorded."""
    unconcluded = nw.col("closed").is_null() | nw.col("conclusion").is_null()
    opened = tables["investigations"].filter(unconcluded).select("institution", "opened")
    if "steps" not in tables:
        return opened.select("institution").unique()
    concluded = (
        tables["steps"]
        .filter(nw.col("step") == "evaluation", ~nw.col("done").is_null())
        .group_by("institution")
        .agg(nw.col("done").min().alias("concluded"))
    )
    joined = opened.join(concluded, on="institution", how="left")
    in_time = nw.col("concluded").is_null() | (nw.col("opened") <= nw.col("concluded"))
    return joined.filter(in_time).select("institution").unique()


def applied(ended: Frame, tables: Tables, rules: Rules) -> Frame:
    """The frame with standing and standing_article; score, low and high are nothing where there is one."""
    if rules.scheme.standing is None:
        return ended.with_columns(standing=nothing(nw.String), standing_article=nothing(nw.String))
    joined = ended.join(standing(tables, rules), on="institution", how="left")
    free = nw.col("standing").is_null()
    return joined.with_columns(nw.when(free).then(nw.col(name)).alias(name) for name in ("score", "low", "high"))
