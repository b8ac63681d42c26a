"""Schemes to look at: an installed city's, or those of a folder that nobody has installed."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from attrs import frozen

from kaohe import Problem, Refused
from kaohe.assembly import assemble
from kaohe.loading import read_toml, structure
from kaohe.messages import listing
from kaohe.model import Rubric, Rules, Scheme
from kaohe.plugin.manager import City, installed, scheme_named
from kaohe.rules import load_scheme
from kaohe_authoring.words import text


@frozen(eq=False)
class Regime:
    """A scheme with its city and folder. What is not installed is read as data, without its code."""

    city: City
    scheme: Scheme
    folder: Path

    def rules(self) -> Rules:
        """The scheme's rules, nothing given; raises Refused with the faults of all its files."""
        return assemble(self.city, self.scheme, self.folder)

    def printed(self) -> dict[Path, Rubric]:
        """The rubrics by file, with the clauses of every reading; raises Refused."""
        files = self.city.rubric(self.scheme, self.folder)
        return {file: structure(read_toml(file), Rubric, str(file)) for file in files}


def found(named: str) -> list[Regime]:
    """The schemes of a city, the scheme CITY/VERSION, or those of a folder; raises Refused where there is none."""
    city = named.partition("/")[0]
    if city in installed():
        if named != city:
            return [Regime(*scheme_named(named))]
        plugin = City.named(city)
        return [Regime(plugin, scheme, folder) for scheme, folder in plugin.schemes().values()]
    folder = Path(named)
    if not folder.is_dir():
        message = text("“{named}” is neither an installed city or scheme nor a folder", named=named)
        raise Refused([Problem("scheme", message, text("installed are {cities}", cities=listing(sorted(installed()))))])
    return _of_folder(folder)


def one(named: str) -> Regime:
    """The one scheme that is named; raises Refused where there are several."""
    regimes = found(named)
    if len(regimes) > 1:
        names = listing(regime.scheme.scheme for regime in regimes)
        raise Refused(
            [Problem("scheme", text("{named} has several schemes", named=named), text("there is {names}", names=names))]
        )
    return regimes[0]


def _of_folder(folder: Path) -> list[Regime]:
    """The schemes of a scheme's folder, of a package, or of a distribution's root."""
    for pattern in ("scheme.toml", "*/scheme.toml", "src/*/*/scheme.toml"):
        files = sorted(folder.resolve().glob(pattern))
        if files:
            return [_regime(file.parent) for file in files]
    message = text("there is no scheme.toml in the folder")
    raise Refused(
        [Problem("scheme", message, text("name a scheme's folder, a package, or a plugin's root"), file=str(folder))]
    )


def _regime(folder: Path) -> Regime:
    name = str(read_toml(folder / "scheme.toml").get("scheme", "")).partition("/")[0]
    city = City.of(name, SimpleNamespace(__path__=[str(folder.parent)]))
    return Regime(city, load_scheme(folder), folder)
