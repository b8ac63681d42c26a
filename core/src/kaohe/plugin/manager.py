"""Cities by name: found through entry points, loaded one at a time, their faults named and contained."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pluggy
from attrs import frozen

from kaohe.messages import Text, text
from kaohe.plugin import spec
from kaohe.problems import Problem, Refused

if TYPE_CHECKING:
    from kaohe.dataset import Dataset
    from kaohe.model import Fact, Rules, Scheme
    from kaohe.stages.frames import Tables

GROUP = "kaohe"


def installed() -> dict[str, EntryPoint]:
    """The installed cities by name, none of them imported; of two with one name the first."""
    return {entry.name: entry for entry in sorted(entry_points(group=GROUP), reverse=True)}


def _refusal(city: str, message: Text, remedy: Text | None = None) -> Refused:
    return Refused([Problem("plugin", text("plugin “{city}”: {message}", city=city, message=message), remedy)])


@frozen(eq=False)
class City:
    """One city's plugin together with the core's defaults; every call names the city if it fails."""

    name: str
    _hooks: pluggy.PluginManager

    @classmethod
    def named(cls, name: str) -> City:
        """The installed city of this name; raises Refused where there is none or it cannot be loaded."""
        cities = installed()
        if name not in cities:
            message = text("there is no city “{city}”", city=name)
            remedy = text("installed are {cities}", cities=", ".join(sorted(cities)) or "–")
            raise Refused([Problem("plugin", message, remedy)])
        try:
            plugin = cities[name].load()
        except Exception as fault:
            raise _refusal(name, text("it cannot be imported: {fault}", fault=_described(fault))) from fault
        return cls.of(name, plugin)

    @classmethod
    def of(cls, name: str, plugin: object) -> City:
        """A city from its plugin object (a module, or any object with hook implementations); raises Refused."""
        from kaohe.plugin import defaults

        hooks = pluggy.PluginManager("kaohe")
        hooks.add_hookspecs(spec)
        hooks.register(defaults, "kaohe")
        try:
            hooks.register(plugin, name)
            hooks.check_pending()
        except (pluggy.PluginValidationError, TypeError, ValueError) as fault:
            remedy = text("the hooks are {hooks}", hooks=", ".join(sorted(vars(hooks.hook))))
            raise _refusal(name, text("a hook does not fit: {fault}", fault=_described(fault)), remedy) from fault
        return cls(name, hooks)

    def _call(self, hook: str, expected: type | tuple[type, ...], **arguments: object) -> Any:
        """What the city (or the core's default) returns; raises Refused for any fault in it."""
        try:
            result = getattr(self._hooks.hook, hook)(**arguments)
        except Refused:
            raise
        except Exception as fault:
            source = self.name if self.has(hook) else "kaohe"
            raise _refusal(source, text("{hook} failed: {fault}", hook=hook, fault=_described(fault))) from fault
        if result is not None and not isinstance(result, expected):
            message = text("{hook} returned {found}", hook=hook, found=type(result).__name__)
            raise _refusal(self.name, message, text("see kaohe.plugin.spec for what it must return"))
        return result

    def has(self, hook: str) -> bool:
        """Whether the city itself implements the hook."""
        implementations = getattr(self._hooks.hook, hook).get_hookimpls()
        return any(implementation.plugin_name == self.name for implementation in implementations)

    def schemes(self) -> dict[str, tuple[Scheme, Path]]:
        """The city's schemes by name, each with its folder; raises Refused."""
        from kaohe.rules import load_scheme

        found: dict[str, tuple[Scheme, Path]] = {}
        for folder in self._call("schemes", Iterable) or ():
            scheme = load_scheme(Path(folder))
            if scheme.city != self.name:
                raise _refusal(self.name, text("the scheme “{scheme}” belongs to another city", scheme=scheme.scheme))
            if scheme.scheme in found:
                raise _refusal(self.name, text("the scheme “{scheme}” is there twice", scheme=scheme.scheme))
            found[scheme.scheme] = scheme, Path(folder)
        return found

    def facts(self) -> dict[str, Fact]:
        """The shared vocabulary and the city's own facts; raises Refused."""
        from kaohe.rules import SHARED_FACTS, load_facts

        own: Path | None = self._call("facts", Path)
        return load_facts(SHARED_FACTS) | (load_facts(own, f"{self.name}.") if own else {})

    def rubric(self, scheme: Scheme, folder: Path) -> list[Path]:
        """The files of the scheme's rubrics."""
        return list(self._call("rubric", Iterable, scheme=scheme, folder=folder) or ())

    def stage(self, name: str, tables: Tables, rules: Rules) -> Tables | None:
        """What the stage returns for these tables, or None where neither city nor core has it."""
        return cast("Tables | None", self._call(name, Mapping, tables=tables, rules=rules))

    def checks(self, dataset: Dataset, rules: Rules) -> list[Problem]:
        """What the city's own checks find."""
        return list(self._call("checks", Iterable, dataset=dataset, rules=rules) or ())

    def demo(self, folder: Path, seed: int) -> str | None:
        """Write the city's example year; the scheme to run it under, or None where the city has none."""
        return cast("str | None", self._call("demo", str, folder=folder, seed=seed))


def _described(fault: BaseException) -> str:
    """The fault in one line, with the place in the plugin where it arose."""
    said = f"{type(fault).__name__}: {fault}".replace("\n", " ")
    trace = fault.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{said} ({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})" if trace else said


def scheme_named(name: str, opened: Callable[[str], City] = City.named) -> tuple[City, Scheme, Path]:
    """The city, scheme and folder of `city/version`; a city's only scheme may be named by the city alone.

    Raises Refused with the names that exist.
    """
    city = opened(name.partition("/")[0])
    schemes = city.schemes()
    if name in schemes:
        return city, *schemes[name]
    if name == city.name and len(schemes) == 1:
        return city, *next(iter(schemes.values()))
    message = text("there is no scheme “{scheme}”", scheme=name)
    raise Refused([Problem("scheme", message, text("there is {schemes}", schemes=", ".join(schemes)))])
