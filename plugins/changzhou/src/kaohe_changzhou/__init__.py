"""Changzhou: the annual assessment of designated long-term care institutions (常医保办〔2023〕12号)."""

from importlib import resources
from pathlib import Path

from kaohe import hookimpl

HERE = Path(str(resources.files("kaohe_changzhou")))


@hookimpl
def schemes() -> list[Path]:
    """The year 2022."""
    return [HERE / "2022"]


# Called demo, it would be replaced by the module of that name as soon as that is imported.
@hookimpl(specname="demo")
def write_demo(folder: Path, seed: int) -> str:
    """The year 2022 of 96 invented nursing homes."""
    from kaohe_changzhou.demo import write

    return write(folder, seed)
