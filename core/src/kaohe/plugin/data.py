"""The hooks of a city that is data: what its package's folders hold, where the city does not answer itself."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from kaohe.plugin.spec import hookimpl


@frozen
class RuleFiles:
    """A package with a folder for each scheme, and perhaps a vocabulary of its own."""

    folder: Path

    @classmethod
    def of(cls, plugin: object) -> RuleFiles | None:
        """The rule files of a plugin; None where it is no package, or one without a scheme."""
        folders = [Path(folder) for folder in getattr(plugin, "__path__", ())]
        return next((cls(folder) for folder in folders if any(folder.glob("*/scheme.toml"))), None)

    @hookimpl(trylast=True)
    def schemes(self) -> list[Path]:
        """Every folder of the package with a scheme.toml, in the order of their names."""
        return sorted(file.parent for file in self.folder.glob("*/scheme.toml"))

    @hookimpl(trylast=True)
    def facts(self) -> Path | None:
        """The package's facts.toml, if it has one."""
        file = self.folder / "facts.toml"
        return file if file.exists() else None
