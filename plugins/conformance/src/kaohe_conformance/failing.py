"""A case that does not come out, told: the article's words, what was expected and what came, and the trace."""

from __future__ import annotations

import polars as pl

from kaohe.messages import Text
from kaohe.run import Run, decimals
from kaohe_conformance.comparing import Compared
from kaohe_conformance.regime import Work
from kaohe_conformance.results import Results
from kaohe_conformance.running import Ran
from kaohe_conformance.words import text


def explained(results: Results, work: Work, wrong: list[Compared]) -> Text:
    """Everything that somebody needs to find out who is wrong: the rule, the data, or the case."""
    lines = [
        text("{what}: expected {expected}, got {found}", what=what, expected=_shown(expected), found=_shown(found))
        for what, expected, found in wrong
    ]
    ran = results.ran(work)
    traced = [line for one in ran if one.run is not None for line in _trace(one, one.run, work)]
    refused = [str(problem) for one in ran if one.refused is not None for problem in one.refused.problems]
    return text(
        "{article}\nworking: {working}\n{lines}\n{trace}",
        article=work.article,
        working=work.case.working,
        lines="\n".join(map(str, lines)),
        trace="\n".join([*refused, *traced]),
    )


def _shown(value: object) -> str:
    if isinstance(value, tuple) and len(value) == 2:
        return str(value[0]) if value[0] == value[1] else f"{value[0]}..{value[1]}"
    return str(value)


def _trace(ran: Ran, run: Run, work: Work) -> list[str]:
    """The clauses that counted, in the document's words, with their points."""
    words = {
        (rubric.rubric, clause.clause): f"{rubric.place(item.item, clause)} {clause.text}"
        for rubric in run.rules.rubrics.values()
        for item, clause in rubric.clauses
    }
    words |= {
        (rubric.rubric, veto.clause): veto.text for rubric in run.rules.rubrics.values() for veto in rubric.vetoes
    }
    rows = decimals(ran.own("trace")).filter(pl.col("institution") == work.background.institution)
    return [
        f"  {row['scorer']} {row['period'] or ''} {words.get((row['rubric'], row['clause']), row['clause'])}: "
        f"{row['quantity']}{'/' + str(row['denominator']) if row['denominator'] is not None else ''}"
        f" → {row['points']} ({row['status']})"
        for row in rows.rows(named=True)
    ]
