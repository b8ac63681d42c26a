"""Writes the references in this folder that are made from the code; `python dev.py docs` runs it.

A test holds that what is here is what would be written.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kaohe.command import root
from kaohe.dataset import CONTRACT
from kaohe.messages import speaking
from kaohe.plugin import spec
from kaohe.rules import SHARED_FACTS, load_facts
from kaohe.stages.contract import STAGES

HERE = Path(__file__).parent
SHOWN: dict[str, Any] = {"terminal_width": 96, "help_option_names": ["-h", "--help"]}
NOTE = "<!-- Made by docs/build.py (python dev.py docs). -->\n"


def dataset() -> str:
    """The tables and columns of a dataset."""
    types = {
        "code": "code (text)", "text": "text", "date": "date", "count": "whole number ≥ 0",
        "number": "number, 4 decimals", "points": "points, 4 decimals", "money": "yuan, 2 decimals",
        "rate": "share of 1, 6 decimals", "year": "year", "month": "month (2022-03)", "period": "year or month",
        "fact": "fact, by code or name", "choice": "one of", "identity": "identity number (text)",
    }  # fmt: skip
    parts = [NOTE + (HERE / "dataset.intro.md").read_text(encoding="utf-8")]
    for name, table in CONTRACT.items():
        parts.append(f"\n## {name} {table.zh}\n")
        if table.key:
            parts.append(f"One row for each {' + '.join(f'`{key}`' for key in table.key)}.\n")
        parts.append("| column | 中文 | holds | |\n|---|---|---|---|")
        for column, content in table.columns.items():
            values = ", ".join(f"`{code}` {zh}" for code, zh in content.values.items())
            holds = f"{types[content.type]} {values}".strip()
            remark = "required" if content.required else ""
            if content.refers:
                remark = f"{remark}; in `{content.refers}`".lstrip("; ")
            parts.append(f"| `{column}` | {content.zh} | {holds} | {remark} |")
    return "\n".join(parts) + "\n"


def facts() -> str:
    """The shared vocabulary."""
    lines = [NOTE + "# The shared facts\n"]
    headings = ["fact", "名称", "name", "table", "measure", "period", "scope", "pool", "absent"]
    lines += [f"| {' | '.join(headings)} |", "|---" * len(headings) + "|"]
    for fact in load_facts(SHARED_FACTS).values():
        row = [f"`{fact.fact}`", fact.name.zh_CN, fact.name.en, fact.table, fact.measure, fact.period, fact.scope]
        lines.append(f"| {' | '.join([*row, fact.pool, fact.absent])} |")
    lines.append("\n## Definitions\n")
    lines += [f"* `{fact.fact}` {fact.name.zh_CN}: {fact.definition}" for fact in load_facts(SHARED_FACTS).values()]
    return "\n".join(lines) + "\n"


def hooks() -> str:
    """Every hook with its signature, and every stage with what it reads and returns."""
    parts = [NOTE + (HERE / "hooks.intro.md").read_text(encoding="utf-8")]
    for name, hook in vars(spec).items():
        if inspect.isfunction(hook) and hook.__module__ == spec.__name__:
            parts.append(f"\n## {name}\n\n```python\ndef {name}{signature(hook)}\n```\n\n{inspect.getdoc(hook)}")
            if name in STAGES:
                stage = STAGES[name]
                parts.append(
                    f"\nRequires: {_listed(stage.requires)}. Reads, where they are there: {_listed(stage.reads)}."
                )
                for table, columns in stage.returns.items():
                    typed = ", ".join(f"`{column}` {kind.__name__}" for column, kind in columns.items())
                    parts.append(f"\nReturns `{table}`: {typed}.")
    return "\n".join(parts) + "\n"


def signature(hook: Callable[..., object]) -> str:
    """The signature as it stands in the source."""
    return str(inspect.signature(hook)).replace("'", "")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"


def commands() -> str:
    """The command line, as its own help shows it."""
    os.environ["LANGUAGE"] = "en"  # for click's own texts
    parts = [NOTE + "# The command line\n"]
    with speaking("en"):
        group = root()
        context = click.Context(group, info_name="kaohe", **SHOWN)
        parts.append(f"```\n{group.get_help(context)}\n```")
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            assert command is not None
            inner = click.Context(command, info_name=f"kaohe {name}", **SHOWN)
            parts.append(f"\n## {name}\n\n```\n{command.get_help(inner)}\n```")
    return "\n".join(parts) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "dataset.md": dataset, "facts.md": facts, "hooks.md": hooks, "commands.md": commands,
}  # fmt: skip


def pages() -> dict[str, str]:
    """Each page's name and what it should say."""
    return {name: page() for name, page in PAGES.items()}


if __name__ == "__main__":
    for name, content in pages().items():
        (HERE / name).write_text(content, encoding="utf-8")
