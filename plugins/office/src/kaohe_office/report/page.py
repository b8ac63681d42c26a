"""The report as one HTML file: printable, with nothing fetched from anywhere."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

from kaohe.messages import Text, language
from kaohe.place import placed
from kaohe_office.messages import text
from kaohe_office.report.figures import Figures
from kaohe_office.report.sections import sections

if TYPE_CHECKING:
    from jinja2 import Template


def rendered(template: str, **values: object) -> str:
    """A template of this package's with every value escaped that is no markup of ours."""
    return _template(template).render(lang=language().replace("_", "-"), **values)


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string((resources.files("kaohe_office") / name).read_text(encoding="utf-8"))


def write(figures: Figures, target: Path, progress: Callable[[Text], None]) -> None:
    """Write the report; raises Refused where it cannot be written."""
    title = str(text("Report: {name}", name=figures.run.about["name"]))
    with placed(target) as draft:
        page = rendered("report/page.html", title=title, sections=list(sections(figures, progress)))
        draft.write_text(page, encoding="utf-8", newline="\n")
