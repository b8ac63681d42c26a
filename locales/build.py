"""Compiles this folder's catalogues of a distribution into its package, for wheels and editable installs."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CATALOGUES = Path(__file__).parent


class CatalogueHook(BuildHookInterface):  # type: ignore[misc]
    """Writes `src/<package>/locales/<language>/LC_MESSAGES/<package>.mo` and ships it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile every language's catalogue of this package; a package may have none."""
        package = next(path for path in Path(self.root, "src").iterdir() if (path / "__init__.py").exists())
        for source in sorted(CATALOGUES.glob(f"*/LC_MESSAGES/{package.name}.po")):
            target = package / "locales" / source.relative_to(CATALOGUES).with_suffix(".mo")
            target.parent.mkdir(parents=True, exist_ok=True)
            with source.open("rb") as lines, target.open("wb") as compiled:
                write_mo(compiled, read_po(lines))
            build_data["artifacts"].append(f"/{target.relative_to(self.root).as_posix()}")
