"""Cities by name: found through entry points, loaded one at a time, their faults named and contained."""

from __future__ import annotations

import importlib
import os
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pluggy
from attrs import frozen

from kaohe.groups import CITIES, COMMANDS
from kaohe.messages import Text, listing, text
from kaohe.plugin import spec
from kaohe.plugin.data import RuleFiles
from kaohe.problems import Problem, Refused

if TYPE_CHECKING:
    from kaohe.dataset import Dataset
    from kaohe.model import Fact, Rules, Scheme
    from kaohe.stages.frames import Tables

T = TypeVar("T")
MACHINERY = tuple(f"{Path(str(file)).parent}{os.sep}" for file in (__file__, pluggy.__file__, importlib.__file__))
"""Folders of code between us and a plugin: no fault arises there."""


def installed() -> dict[str, list[EntryPoint]]:
    """The installed cities by name, none of them imported; more than one entry where distributions claim one name."""
    found: dict[str, list[EntryPoint]] = {}
    for entry in sorted(entry_points(group=CITIES)):
        found.setdefault(entry.name, []).append(entry)
    return found


def _refusal(city: str, message: Text, remedy: Text | None = None) -> Refused:
    return Refused([Problem("plugin", text("plugin “{city}”: {message}", city=city, message=message), remedy)])


@frozen(eq=False)
class City:
    """One city's plugin together with the core's defaults; every call names the city if it fails.

    `carried`: a folder with rule files as a run carries them (its paths are those of the table `rules`), which are
    used in place of the installed ones.
    """

    name: str
    _hooks: pluggy.PluginManager
    carried: Path | None = None

    @classmethod
    def named(cls, name: str) -> City:
        """The installed city of this name; raises Refused where there is none or it cannot be loaded."""
        cities = installed()
        if name not in cities:
            message = text("there is no city “{city}”", city=name)
            features = {entry.name for entry in entry_points(group=COMMANDS)}
            remedy = text("installed are {cities}", cities=listing(sorted(cities.keys() - features)))
            raise Refused([Problem("plugin", message, remedy)])
        if len(cities[name]) > 1:
            claims = listing(f"{entry.dist.name if entry.dist else '?'} ({entry.value})" for entry in cities[name])
            message = text("the city is there twice: {claims}", claims=claims)
            raise _refusal(name, message, text("uninstall all but one: whose rules count must not be a guess"))
        try:
            plugin = cities[name][0].load()
        except KeyboardInterrupt:
            raise
        except BaseException as fault:  # SystemExit too
            raise _refusal(name, text("it cannot be imported: {fault}", fault=_described(fault))) from fault
        return cls.of(name, plugin)

    @classmethod
    def of(cls, name: str, plugin: object) -> City:
        """A city from its plugin object: a package with rule files, a module or object with hooks, or both.

        Raises Refused where it has neither, or a hook does not fit.
        """
        from kaohe.plugin import defaults

        hooks = pluggy.PluginManager("kaohe")
        hooks.add_hookspecs(spec)
        hooks.register(defaults, "kaohe")
        data = RuleFiles.of(plugin)
        if data is not None:
            hooks.register(data, "rule files")
        known = sorted(vars(hooks.hook))
        remedy = text("the hooks are {hooks}", hooks=listing(known))
        try:
            hooks.register(plugin, name)
            misspelt = sorted(vars(hooks.hook).keys() - set(known))
            if misspelt:
                close = [match for hook in misspelt for match in get_close_matches(hook, known, n=1)]
                message = text("there is no hook “{hook}”", hook=listing(misspelt))
                raise _refusal(name, message, text("did you mean {close}?", close=listing(close)) if close else remedy)
        except Refused:
            raise
        except Exception as fault:
            raise _refusal(name, text("a hook does not fit: {fault}", fault=_described(fault)), remedy) from fault
        if data is None and not hooks.get_hookcallers(plugin):
            message = text("it has neither a scheme nor a hook")
            remedy = text("put scheme.toml into a folder of the package, or mark functions with @kaohe.hookimpl")
            raise _refusal(name, message, remedy)
        return cls(name, hooks)

    @contextmanager
    def _naming(self, hook: str) -> Iterator[None]:
        """Whatever goes wrong inside is told as the hook's fault, with the name of who implements it."""
        try:
            yield
        except (Refused, KeyboardInterrupt):
            raise
        except BaseException as fault:  # SystemExit and an engine's panic too
            source = self.name if self.has(hook) else "kaohe"
            raise _refusal(source, text("{hook} failed: {fault}", hook=hook, fault=_described(fault))) from fault

    def _misfit(self, hook: str, found: str) -> Refused:
        message = text("{hook} returned {found}", hook=hook, found=found)
        return _refusal(self.name, message, text("see kaohe.plugin.spec for what it must return"))

    def _call(self, hook: str, expected: type | tuple[type, ...], **arguments: object) -> Any:
        """What the city (or the core's default) returns; raises Refused for any fault in it."""
        with self._naming(hook):
            result = getattr(self._hooks.hook, hook)(**arguments)
        if result is not None and not isinstance(result, expected):
            raise self._misfit(hook, type(result).__name__)
        return result

    def _each(self, hook: str, expected: type[T], **arguments: object) -> list[T]:
        """What the city returns one by one, each of the right kind; raises Refused."""
        result = self._call(hook, Iterable, **arguments)
        with self._naming(hook):
            entries = [] if result is None else list(result)
        for entry in entries:
            if not isinstance(entry, expected):
                raise self._misfit(hook, f"{type(result).__name__}[{type(entry).__name__}]")
        return entries

    def has(self, hook: str) -> bool:
        """Whether the city itself implements the hook."""
        implementations = getattr(self._hooks.hook, hook).get_hookimpls()
        return any(implementation.plugin_name == self.name for implementation in implementations)

    @property
    def feature(self) -> bool:
        """Whether it is no city: a plugin without schemes, which adds something else."""
        return not self._hooks.hook.schemes.get_hookimpls()

    def schemes(self) -> dict[str, tuple[Scheme, Path]]:
        """The city's schemes by name, each with its folder; raises Refused."""
        from kaohe.rules import load_scheme

        found: dict[str, tuple[Scheme, Path]] = {}
        for folder in self._scheme_folders():
            with self._naming("schemes"):
                scheme = load_scheme(folder)
            if scheme.city != self.name:
                raise _refusal(self.name, text("the scheme “{scheme}” belongs to another city", scheme=scheme.scheme))
            if scheme.scheme in found:
                raise _refusal(self.name, text("the scheme “{scheme}” is there twice", scheme=scheme.scheme))
            found[scheme.scheme] = scheme, folder
        return found

    def _scheme_folders(self) -> list[Path]:
        if self.carried is None:
            return self._each("schemes", Path)
        return sorted(file.parent for file in (self.carried / self.name).glob("*/scheme.toml"))

    def facts_file(self) -> Path | None:
        """The file with the city's own facts, if it has any."""
        if self.carried is None:
            return cast("Path | None", self._call("facts", Path))
        return next((self.carried / self.name).glob("*.toml"), None)

    def core_file(self, file: Path) -> Path:
        """One of the core's own rule files: as it is installed, or as it is carried."""
        return file if self.carried is None else self.carried / "kaohe" / file.name

    def facts(self) -> dict[str, Fact]:
        """The shared vocabulary and the city's own facts; raises Refused."""
        from kaohe.rules import SHARED_FACTS, load_facts

        own = self.facts_file()
        shared = load_facts(self.core_file(SHARED_FACTS))
        with self._naming("facts"):
            return shared | (load_facts(own, f"{self.name}.") if own else {})

    def rubric(self, scheme: Scheme, folder: Path) -> list[Path]:
        """The files of the scheme's rubrics."""
        return self._each("rubric", Path, scheme=scheme, folder=folder)

    def stage(self, name: str, tables: Tables, rules: Rules) -> Tables | None:
        """What the stage returns for these tables, or None where neither city nor core has it.

        Computed here: a lazy table fails only when it is collected, and who returned it must be named. Tables that
        the core has numbered rest on materialised ones, and are read portion by portion.
        """
        import narwhals as nw

        from kaohe.stages.contract import STAGES
        from kaohe.stages.frames import materialised, numbered

        returned = self._call(name, Mapping, tables=tables, rules=rules)
        if returned is None:
            return None
        for table in STAGES[name].returns:
            if table not in returned:
                raise _refusal(self.name, text("{stage} returned no table “{table}”", stage=name, table=table))
        with self._naming(name):
            return {
                table: materialised(frame) if isinstance(frame, nw.LazyFrame) and not numbered(frame) else frame
                for table, frame in returned.items()
            }

    def checks(self, dataset: Dataset, rules: Rules) -> list[Problem]:
        """What the city's own checks find."""
        return self._each("checks", Problem, dataset=dataset, rules=rules)

    def demo(self, folder: Path, seed: int) -> dict[str, str]:
        """Write the city's example year; its folders with their schemes (one city's one folder has no name)."""
        returned = self._call("demo", (str, Mapping), folder=folder, seed=seed)
        if returned is None:
            return {}
        return {"": returned} if isinstance(returned, str) else dict(returned)

    def shown(self, folder: Path, seed: int) -> list[str]:
        """Write what a feature's example needs; the words of the command that shows it."""
        return self._each("demo", str, folder=folder, seed=seed)


def _described(fault: BaseException) -> str:
    """The fault in one line, with the place where it arose."""
    said = " ".join(f"{type(fault).__name__}: {fault}".partition("\n\n")[0].split())
    frames = [frame for frame in traceback.extract_tb(fault.__traceback__) if not _is_machinery(frame.filename)]
    return f"{said} ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else said


def _is_machinery(file: str) -> bool:
    return file.startswith(("<frozen", *MACHINERY))


Year = Callable[[], tuple[date, date] | None]
"""Looks up the first and last day of the year that is to be assessed, where they are known."""


def scheme_named(
    name: str, opened: Callable[[str], City] = City.named, year: Year = lambda: None
) -> tuple[City, Scheme, Path]:
    """The city, scheme and folder of `city/version`.

    The city alone (or `city/name` of versions `city/name-…`) means its only scheme, or of several the one that is in
    force on every day of the `year`. Raises Refused with the names that exist, where none or several are.
    """
    city = opened(name.partition("/")[0])
    schemes = city.schemes()
    if name in schemes:
        return city, *schemes[name]
    versions = {one: entry for one, entry in schemes.items() if name == city.name or one.startswith(f"{name}-")}
    covered = year() if len(versions) > 1 else None
    if covered is not None:
        fitting = {one: entry for one, entry in versions.items() if entry[0].in_force(*covered)}
        if len(fitting) != 1:
            raise Refused([_not_one(name, covered, fitting, versions)])
        versions = fitting
    if len(versions) == 1:
        return city, *next(iter(versions.values()))
    message = text("there is no scheme “{scheme}”", scheme=name)
    raise Refused([Problem("scheme", message, text("there is {schemes}", schemes=listing(schemes)))])


def _not_one(
    name: str,
    covered: tuple[date, date],
    fitting: Mapping[str, tuple[Scheme, Path]],
    versions: Mapping[str, tuple[Scheme, Path]],
) -> Problem:
    about = {"name": name, "first": covered[0], "last": covered[1]}
    days = [
        text("{scheme} ({begins} to {ends})", scheme=one, begins=scheme.begins or "…", ends=scheme.ends or "…")
        for one, (scheme, _) in (fitting or versions).items()
    ]
    if not fitting:
        message = text("no scheme of “{name}” is in force from {first} to {last}", **about)
        return Problem("scheme", message, text("there is {schemes}", schemes=listing(days)), table="dataset")
    message = text("several schemes of “{name}” are in force from {first} to {last}", **about)
    return Problem("scheme", message, text("name one: {schemes}", schemes=listing(days)), table="dataset")
