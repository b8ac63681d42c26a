"""The workspace in one command each; everything is installed into .venv, with the versions in requirements*.txt.

python dev.py demo      install, then make Changzhou's example year, assess it and show the outcome
python dev.py test      install, then run all tests
python dev.py lint      style, types, and whether catalogues and documents are current
python dev.py kaohe …   the command line itself
python dev.py messages  bring the catalogues in locales/ up to date with the code
python dev.py docs      write the references in docs/ that are made from the code
python dev.py site      build the documents as a site in site/, with each city's rules beside its law
python dev.py offline F make the folder F, which starts the workbench without a network (Windows, Linux)
python dev.py pin       resolve the requirements anew
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tomllib
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
PACKAGES = ["core", *sorted(f"plugins/{path.parent.name}" for path in ROOT.glob("plugins/*/pyproject.toml"))]
RUN, DEVELOP = "requirements.txt", "requirements-dev.txt"


def call(*command: str | Path) -> None:
    """Run a command in the workspace; its failure is ours."""
    status = subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode
    if status:
        sys.exit(status)


def install(requirements: str) -> None:
    """Make .venv with the pinned versions and this workspace's packages, unless it is there already."""
    sources = [ROOT / requirements, *sorted(ROOT.glob("**/pyproject.toml")), *sorted(ROOT.glob("locales/**/*.po"))]
    state = hashlib.sha256(b"".join(path.read_bytes() for path in sources if VENV not in path.parents)).hexdigest()
    stamp = VENV / f"{requirements}.installed"
    if stamp.exists() and stamp.read_text() == state:
        return
    print("installing into .venv (once) …", file=sys.stderr, flush=True)
    if not PYTHON.exists():
        venv.create(VENV, with_pip=True)
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    call(*pip, "--require-hashes", "--requirement", requirements)
    editable = [argument for package in PACKAGES for argument in ("--editable", f"./{package}")]
    call(*pip, "--no-deps", "--no-build-isolation", *editable)
    stamp.write_text(state)


def demo(*arguments: str) -> None:
    """The main job."""
    kaohe("demo", *arguments)


def kaohe(*arguments: str) -> None:
    """The command line."""
    install(RUN)
    call(PYTHON, "-m", "kaohe", *arguments)


def test(*arguments: str) -> None:
    """All tests, on all processors."""
    install(DEVELOP)
    call(PYTHON, "-m", "pytest", "--numprocesses", "auto", "--dist", "worksteal", *arguments)


def lint() -> None:
    """Style, types, and what is generated from the code."""
    install(DEVELOP)
    call(PYTHON, "-m", "ruff", "check")
    call(PYTHON, "-m", "ruff", "format", "--check")
    call(PYTHON, "-m", "mypy")


def messages() -> None:
    """Bring the catalogues up to date, and compile them."""
    install(DEVELOP)
    call(PYTHON, "locales/extract.py")
    install(DEVELOP)


def docs() -> None:
    """Write the generated references."""
    install(DEVELOP)
    call(PYTHON, "docs/build.py")


def site() -> None:
    """Build the documents as a site."""
    install(DEVELOP)
    call(PYTHON, "docs/site.py")


def offline(folder: str) -> None:
    """Make a folder of wheels and files to double-click."""
    install(RUN)
    call(PYTHON, "plugins/serve/offline/make.py", Path(folder).absolute())


def pin() -> None:
    """Resolve the newest versions that fit, for every platform, with their hashes."""
    install(DEVELOP)
    call(PYTHON, "-m", "pip", "--quiet", "install", "uv")
    projects = [ROOT / package / "pyproject.toml" for package in PACKAGES]
    own = [tomllib.loads(project.read_text(encoding="utf-8"))["project"]["name"] for project in projects]
    unpublished = [argument for name in own for argument in ("--no-emit-package", name)]
    for target, groups in ((RUN, ["build"]), (DEVELOP, ["build", "dev"])):
        chosen = [argument for group in groups for argument in ("--group", f"pyproject.toml:{group}")]
        call(
            BIN / "uv",
            "pip",
            "compile",
            *projects,
            *chosen,
            *unpublished,
            "--universal",
            "--generate-hashes",
            "--upgrade",
            "--python-version",
            "3.11",
            "--no-annotate",
            "--no-header",
            "--quiet",
            "--output-file",
            target,
        )


TASKS: dict[str, Callable[..., None]] = {
    "demo": demo,
    "kaohe": kaohe,
    "test": test,
    "lint": lint,
    "messages": messages,
    "docs": docs,
    "site": site,
    "offline": offline,
    "pin": pin,
}

if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in TASKS:
        sys.exit(__doc__)
    TASKS[sys.argv[1]](*sys.argv[2:])
