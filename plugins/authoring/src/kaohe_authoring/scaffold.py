"""A city's distribution to begin with, made of the templates beside this module."""

from __future__ import annotations

import re
from datetime import date
from importlib import resources
from pathlib import Path
from string import Template

from attrs import frozen

from kaohe import Problem, Refused
from kaohe.place import beside, put
from kaohe_authoring.words import text

TEMPLATES = Path(str(resources.files("kaohe_authoring"))) / "template"
SUFFIX = ".template"
NAME = re.compile(r"[a-z][a-z0-9_]*")
"""What a city may be called: its name is part of a package's name and begins the codes of its facts."""


@frozen
class Beginning:
    """What a new city's files say: its name in code, in Chinese and in English, the year that it assesses, the day."""

    city: str
    zh_CN: str
    en: str
    year: int
    today: date

    def write(self, folder: Path) -> list[Path]:
        """Write the distribution into a folder that is not there yet; the files. Raises Refused."""
        if folder.exists():
            message = text("something stands at {folder} already", folder=folder)
            raise Refused([Problem("out", message, text("choose another place (--folder)"))])
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with beside(folder) as draft:
                for template in sorted(TEMPLATES.rglob(f"*{SUFFIX}")):
                    target = draft / self._filled(template.relative_to(TEMPLATES).as_posix().removesuffix(SUFFIX))
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(self._filled(template.read_text("utf-8")), encoding="utf-8", newline="\n")
                put(draft, folder)
        except OSError as fault:
            message = text("{folder} cannot be written: {fault}", folder=folder, fault=fault.strerror)
            raise Refused([Problem("out", message, text("choose another place (--folder)"))]) from fault
        return sorted(path for path in folder.rglob("*") if path.is_file())

    def _filled(self, template: str) -> str:
        return Template(template).substitute(
            city=self.city, zh=self.zh_CN, en=self.en, year=self.year, today=self.today, package=f"kaohe_{self.city}"
        )
