"""`kaohe rubric-diff`: what differs between two years' rules."""

from __future__ import annotations

import click

from kaohe.command.output import command, console, print_json
from kaohe_authoring.words import plural, text


def build() -> click.Command:
    """The command, in the language of the moment."""

    @command("rubric-diff", text("Show what differs between two schemes' rules, such as those of two years."))
    @click.argument("before", metavar="SCHEME|FOLDER")
    @click.argument("after", metavar="SCHEME|FOLDER")
    def rubric_diff(before: str, after: str, as_json: bool) -> None:  # noqa: FBT001
        from attrs import asdict

        from kaohe.command.tables import Table
        from kaohe.dataset import CONTRACT
        from kaohe.messages import language
        from kaohe.plan import ABOUT, CLAUSE, ITEM, VETO
        from kaohe_authoring.difference import differences
        from kaohe_authoring.regimes import one

        old, new = one(before), one(after)
        found = differences(old, new)
        if as_json:
            schemes = {"before": old.scheme.scheme, "after": new.scheme.scheme}
            print_json({**schemes, "differences": [asdict(difference) for difference in found]})
            return
        headings = text("part"), text("item"), text("clause"), text("what"), text("before"), text("after")
        table = Table(f"{old.scheme.scheme} → {new.scheme.scheme}", *headings, lines=True)
        kinds, called = CONTRACT["institutions"].columns["kind"], ABOUT | ITEM | CLAUSE | VETO
        for row in found:
            part = kinds.shown(row.part) if row.part in kinds.values else row.part
            chinese, english = called.get(row.what, (row.what, row.what))
            what = english if language() == "en" else chinese
            table.row(part, row.item, row.clause, what, row.before, row.after)
        if found:
            console().print(table)
        click.echo(str(plural(len(found), "{n} difference", "{n} differences")))

    return rubric_diff
