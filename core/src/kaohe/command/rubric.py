"""`kaohe rubric`: a scheme's tables in the document's words."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kaohe.command.output import command, console, print_json
from kaohe.messages import listing, text
from kaohe.place import placed, refuse_taken
from kaohe.problems import Problem, Refused

if TYPE_CHECKING:
    from kaohe.model import Clause, Item, Rubric, Rules
    from kaohe.plugin.manager import City


FORMATS = ("md", "html", "xlsx", "toml")


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command("rubric", text("Show a scheme's assessment tables, clause by clause, or write them in another form."))
    @click.argument("scheme")
    @click.option("--kind", help=str(text("The table of this kind of institution only.")))
    @click.option("--format", "form", type=click.Choice(FORMATS), help=str(text("The form to write it in.")))
    @click.option("--out", type=click.Path(path_type=Path), help=str(text("The file to write (xlsx needs one).")))
    def rubric(scheme: str, kind: str | None, form: str | None, out: Path | None, as_json: bool) -> None:  # noqa: FBT001
        from kaohe.assembly import assemble
        from kaohe.plugin.manager import scheme_named

        if out is not None and form is None:
            raise click.UsageError(str(text("--out needs --format")))
        if form == "xlsx" and out is None:
            raise click.UsageError(str(text("--format xlsx needs --out FILE")))
        city, chosen, folder = scheme_named(scheme)
        rules = assemble(city, chosen, folder)
        rubrics = [rubric for rubric in rules.rubrics.values() if kind in (None, rubric.kind)]
        if kind is not None and not rubrics:
            raise Refused([_no_kind(rules, kind)])
        if form is not None:
            written = _written(city, rules, folder, rubrics, form, out)
            if as_json:
                print_json({"scheme": chosen.scheme, "format": form, "out": None if out is None else str(out)})
            elif out is not None:
                click.echo(str(text("written to {out}", out=out)))
            else:
                click.echo(written, nl=False)
            return
        if as_json:
            print_json([document(chosen.scheme, rubric) for rubric in rubrics])
            return
        for absent in chosen.absent:
            click.echo(str(text("not there yet: {absent}", absent=absent)), err=True)
        if chosen.planned:
            message = text("{scheme} is assessed by the year's plan ({article})", scheme=scheme, article=chosen.planned)
            click.echo(str(message), err=True)
        for rubric in rubrics:
            _show(rubric)

    return rubric


def _no_kind(rules: Rules, kind: str) -> Problem:
    message = text("{scheme} has no table for “{kind}”", scheme=rules.scheme.scheme, kind=kind)
    kinds = listing(rubric.kind for rubric in rules.rubrics.values())
    return Problem("kind", message, text("the kinds are {kinds}", kinds=kinds))


def _written(city: City, rules: Rules, folder: Path, rubrics: list[Rubric], form: str, out: Path | None) -> str:
    """The tables in a form, written where that is asked for: for people, or as a file that `--plan` takes."""
    from kaohe import plan, printed

    if form in ("md", "html"):
        page = (printed.markdown if form == "md" else printed.html)(rules, rubrics)
        if out is not None:
            _save(page, out)
        return page
    if len(rubrics) != 1:
        message = text("a {form} file holds one table", form=form)
        kinds = listing(rubric.kind for rubric in rubrics)
        raise Refused([Problem("kind", message, text("choose one with --kind: {kinds}", kinds=kinds))])
    files = {content["rubric"]: content for content in map(plan.read, city.rubric(rules.scheme, folder))}
    content = files[rubrics[0].rubric]
    if out is not None:
        plan.write(content, out)
    return plan.as_toml(content)


def _save(content: str, out: Path) -> None:
    refuse_taken(out)
    with placed(out) as draft:
        draft.write_text(content, encoding="utf-8", newline="\n")


def _number(value: Any) -> Any:
    """A whole number of points as it is, a fraction as decimal text: no reader is led through a binary float."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    return value


def document(scheme: str, rubric: Rubric) -> dict[str, Any]:
    """A rubric as plain data, its points as whole numbers or decimal text."""
    return {
        "scheme": scheme,
        "rubric": rubric.rubric,
        "kind": rubric.kind,
        "name": str(rubric.name),
        "document": rubric.document,
        "annex": rubric.annex,
        "full_score": _number(rubric.full_score),
        "full_score_basis": rubric.full_score_basis,
        "items": [
            {
                "item": item.item,
                "section": section.name,
                "name": item.name,
                "full_score": _number(item.full_score),
                "direction": item.direction,
                "clauses": [_clause(rubric, item, clause) for clause in item.clauses],
            }
            for section in rubric.sections
            for item in section.items
        ],
        "vetoes": [
            {
                "clause": veto.clause,
                "text": veto.text,
                "fact": veto.fact,
                "effect": veto.effect,
                "points": _number(veto.points),
                "place": rubric.place(veto.clause, veto),
            }
            for veto in rubric.vetoes
        ],
    }


def _clause(rubric: Rubric, item: Item, clause: Clause) -> dict[str, Any]:
    from attrs import asdict

    known = {
        "clause": clause.clause,
        "number": clause.number,
        "text": clause.text,
        "fact": clause.fact,
        "shape": clause.shape,
        "place": rubric.place(item.item, clause),
    }
    parameters = asdict(clause, value_serializer=lambda *entry: _number(entry[-1]))
    return known | {name: value for name, value in parameters.items() if name not in known}


def _show(rubric: Rubric) -> None:
    from kaohe.command.tables import Table

    basis = {"printed": text("total as printed"), "sum": text("total: sum of the items; the document prints none")}
    headings = text("no."), text("section"), text("item"), text("full score"), text("clause"), text("fact")
    table = Table(f"{rubric.annex} {rubric.name}", *headings, lines=True)
    for section in rubric.sections:
        for item in section.items:
            printed = dict.fromkeys(f"{clause.number}{clause.text}" for clause in item.clauses)
            facts = dict.fromkeys(clause.fact for clause in item.clauses)
            table.row(item.item, section.name, item.name, item.full_score, "\n".join(printed), "\n".join(facts))
    for veto in rubric.vetoes:
        table.row(veto.clause, text("veto"), "", "", veto.text, veto.fact)
    screen = console()
    screen.print(table)
    screen.print(f"{rubric.document} · {rubric.full_score} ({basis[rubric.full_score_basis]})\n")
