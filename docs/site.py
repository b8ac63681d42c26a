"""Builds these documents as a site, with each city's rules beside its law; `python dev.py site` runs it.

The pages lie as they lie in the repository, so that their links hold; README.md is the first. The rules are made from
what is installed. Nothing that is built asks anything of the network.
"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from sphinx.cmd.build import main as sphinx

from kaohe import printed
from kaohe.assembly import assemble
from kaohe.messages import LANGUAGES, speaking
from kaohe.model import Name, Rules
from kaohe.plugin.manager import City, installed

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "site"
PARTS = {
    "Begin": ["tutorial", "glossary", "dataset", "commands"],
    "How it computes": ["scoring", "shapes", "settlement", "parameters", "run", "facts"],
    "A city of your own": ["hooks", "publishing"],
}
"""What a newcomer reads first; every other document follows under its own heading."""
WORDS = {
    "documents": Name("依据文件", "documents"),
    "number": Name("文号", "number"),
    "title": Name("标题", "title"),
    "issuer": Name("发文机关", "issuer"),
    "published": Name("发布日期", "published"),
    "consequences": Name("考核结果的运用", "consequences"),
    "article": Name("条款", "article"),
    "the document's words": Name("原文", "the document's words"),
    "grade": Name("等级", "grade"),
    "calendar": Name("考核安排", "calendar"),
    "step": Name("步骤", "step"),
    "due": Name("期限", "due"),
    "parameter": Name("参数", "parameter"),
    "name": Name("名称", "name"),
    "value": Name("取值", "value"),
    "provenance": Name("数据来源", "provenance"),
    "source": Name("来源", "source"),
    "reason": Name("理由或用途", "reason, or needed for"),
    "parameters": Name("参数", "parameters"),
    "document": Name("文件原文", "the document's text"),
    "planned": Name("评分表由年度方案确定", "The tables are set by the year's plan"),
}
STYLE = "td, th { min-width: 4em; vertical-align: top; } .content { width: 52em; max-width: 100%; }\n"
CONFIGURATION = """\
project = "kaohe"
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "kaohe 考核"
html_show_copyright = False
html_show_sphinx = False
html_static_path = ["styles"]
html_css_files = ["tables.css"]
myst_heading_anchors = 3
"""


def pages() -> Iterator[tuple[str, str]]:
    """Every page of the site by its place, README.md (as index.md) with the table of contents last."""
    documents = {path.stem: path for path in sorted((ROOT / "docs").glob("*.md")) if not path.stem.endswith(".intro")}
    for name, path in documents.items():
        yield f"docs/{name}.md", path.read_text(encoding="utf-8")
    readmes = sorted(ROOT.glob("plugins/*/README.md"))
    for path in readmes:
        yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
    made = dict(rule_pages())
    yield from made.items()
    first = {name for names in PARTS.values() for name in names}
    parts = {part: [f"docs/{name}" for name in names if name in documents] for part, names in PARTS.items()}
    parts["The cities' rules"] = [place.removesuffix(".md") for place in made]
    parts["More"] = [f"docs/{name}" for name in documents if name not in first]
    parts["Plugins"] = [path.relative_to(ROOT).with_suffix("").as_posix() for path in readmes]
    contents = "".join(_contents(part, places) for part, places in parts.items())
    yield "index.md", (ROOT / "README.md").read_text(encoding="utf-8") + contents


def _contents(part: str, places: Iterable[str]) -> str:
    return "\n```{toctree}\n:hidden:\n:caption: " + part + "\n\n" + "\n".join(places) + "\n```\n"


def rule_pages() -> Iterator[tuple[str, str]]:
    """Each scheme of each installed city in both languages."""
    for name in sorted(installed()):
        city = City.named(name)
        for scheme, folder in city.schemes().values():
            rules = assemble(city, scheme, folder)
            for language in LANGUAGES:
                with speaking(language):
                    place = f"rules/{scheme.scheme.replace('/', '-')}.{language}.md"
                    yield place, rule_page(rules, folder)


def rule_page(rules: Rules, folder: Path) -> str:
    """A scheme's documents, tables, consequences, calendar and parameters, and the text of its documents."""
    scheme = rules.scheme
    parts = [printed.markdown(rules, rules.rubrics.values())]
    documents = [[one.number, one.title, one.issuer, one.published or ""] for one in scheme.documents]
    parts += _table(
        WORDS["documents"], [WORDS["number"], WORDS["title"], WORDS["issuer"], WORDS["published"]], documents
    )
    if scheme.planned:
        parts.append(f"{WORDS['planned']} ({scheme.planned})")
    consequences = [[one.article, one.text or one.consequence, ", ".join(one.grades)] for one in scheme.consequences]
    parts += _table(
        WORDS["consequences"], [WORDS["article"], WORDS["the document's words"], WORDS["grade"]], consequences
    )
    calendar = [[one.article, one.step, one.due or ""] for one in scheme.calendar]
    parts += _table(WORDS["calendar"], [WORDS["article"], WORDS["step"], WORDS["due"]], calendar)
    values = [
        [
            name,
            one.name,
            "–" if one.value is None else one.value,
            one.provenance,
            one.source,
            one.reason or one.needed_for or "",
        ]
        for name, one in rules.parameters.items()
    ]
    headings = [
        WORDS["parameter"],
        WORDS["name"],
        WORDS["value"],
        WORDS["provenance"],
        WORDS["source"],
        WORDS["reason"],
    ]
    parts += _table(WORDS["parameters"], headings, values)
    for source in sorted((folder / "sources").glob("*.txt")):
        parts.append(f"## {WORDS['document']}\n\n````text\n{source.read_text(encoding='utf-8-sig').strip()}\n````")
    return "\n\n".join(parts) + "\n"


def _table(title: object, headings: list[object], rows: list[list[object]]) -> list[str]:
    if not rows:
        return []
    return [f"## {title}", printed.markdown_table(headings, rows)]


def _linked_files(place: str, content: str) -> Iterator[Path]:
    """Files of the repository that a page links to and that are no pages: the site offers them as they are."""
    for target in re.findall(r"\]\(([^)#:]+)\)", content):
        file = (ROOT / place).parent.joinpath(target).resolve()
        if file.is_file() and file.suffix != ".md" and file.is_relative_to(ROOT):
            yield file.relative_to(ROOT)


def build(target: Path = TARGET) -> int:
    """Write the site; the exit status, above 0 where a link leads nowhere."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder)
        (source / "conf.py").write_text(CONFIGURATION, encoding="utf-8")
        (source / "styles").mkdir()
        (source / "styles" / "tables.css").write_text(STYLE, encoding="utf-8")
        for place, content in pages():
            (source / place).parent.mkdir(parents=True, exist_ok=True)
            (source / place).write_text(content, encoding="utf-8")
            for linked in _linked_files(place, content):
                (source / linked).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / linked, source / linked)
        shutil.rmtree(target, ignore_errors=True)
        return sphinx(["-q", "-W", "--keep-going", "-b", "html", "-d", str(source / ".doctrees"), folder, str(target)])


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    status = build(place)
    if status == 0:
        print(place / "index.html")
    sys.exit(status)
