"""Makes a folder that starts the workbench without a network, on Windows and Linux: wheels, and files to double-click.

    python dev.py offline FOLDER

The versions are those of requirements.txt, held against its digests when they are fetched and again when they are
installed. pip judges markers by the Python that runs it; here they are judged for each target.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = {
    "win32": ["win_amd64"],
    "linux": ["manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux_2_24_x86_64", "manylinux_2_28_x86_64"],
}
"""Tags of wheels by `sys_platform`: 64-bit Windows, and Linux with glibc 2.28 or newer."""
FILES = ("start.py", "start.sh", "start.bat", "no-python.txt", "README.txt")
CHINESE = {"start.bat": "启动考核工作台.bat", "README.txt": "使用说明.txt"}


def main(target: Path) -> None:
    """Make the folder; it is there whole or not at all."""
    if target.exists():
        sys.exit(f"{target}: something stands here already; choose another name")
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=f".{target.name}.") as draft:
        folder = Path(draft) / "folder"
        wheels = folder / "wheels"
        wheels.mkdir(parents=True)
        own = build(wheels)
        for platform in PLATFORMS:
            for python in PYTHONS:
                fetch(wheels, platform, python)
        pinned = (ROOT / "requirements.txt").read_text(encoding="utf-8") + "".join(own)
        (folder / "pinned.txt").write_text(pinned, encoding="utf-8", newline="\n")
        (folder / "versions.txt").write_text(" ".join(PYTHONS), encoding="ascii", newline="\n")
        for name in FILES:
            copy(HERE / name, folder / name)
        for name, chinese in CHINESE.items():
            copy(HERE / name, folder / chinese)
        folder.rename(target)
    print(f"{target}: {sum(1 for _ in target.glob('wheels/*'))} wheels")


def build(wheels: Path) -> list[str]:
    """This workspace's own packages as wheels; the lines that pin them."""
    projects = [ROOT / "core", *sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))]
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", wheels, *projects)
    lines = []
    for wheel in sorted(wheels.glob("kaohe*.whl")):
        name, version = wheel.name.split("-")[:2]
        digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
        lines.append(f"{name.replace('_', '-')}=={version} --hash=sha256:{digest}\n")
    return lines


def fetch(wheels: Path, platform: str, python: str) -> None:
    """The pinned wheels for one platform and Python."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8", delete=False) as wanted:
        wanted.writelines(pinned_for(platform, python))
    tags = [argument for tag in PLATFORMS[platform] for argument in ("--platform", tag)]
    version = ("--python-version", python, "--implementation", "cp", "--abi", f"cp{python.replace('.', '')}")
    try:
        pip(
            "download", "--no-deps", "--only-binary=:all:", "--require-hashes", "--dest", wheels, *tags, *version,
            "--abi", "abi3", "--abi", "none", "--requirement", wanted.name,
        )  # fmt: skip
    finally:
        Path(wanted.name).unlink()


def pinned_for(platform: str, python: str) -> Iterator[str]:
    """The lines of requirements.txt that hold for a platform and Python, their markers judged and taken off."""
    environment = {
        "sys_platform": platform,
        "platform_system": {"win32": "Windows", "linux": "Linux"}[platform],
        "os_name": "nt" if platform == "win32" else "posix",
        "platform_machine": "AMD64" if platform == "win32" else "x86_64",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "python_version": python,
        "python_full_version": f"{python}.0",
    }
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
    for line in (line for line in lines if line and not line.startswith(("#", " "))):
        said, *hashes = re.split(r"\s+(?=--hash)", line)
        requirement = Requirement(said)
        if requirement.marker is None or requirement.marker.evaluate(environment):
            yield f"{requirement.name}{requirement.specifier} {' '.join(map(str.strip, hashes))}\n"


def copy(source: Path, target: Path) -> None:
    """A file for double-clicking: with Windows' line ends where Windows reads it."""
    windows = source.suffix in (".bat", ".txt")
    content = source.read_text(encoding="utf-8").replace("\n", "\r\n" if windows else "\n")
    mark = "\ufeff" if source.name == "README.txt" else ""  # by which older editors know how it is written
    target.write_bytes((mark + content).encode("utf-8"))
    shutil.copymode(source, target)


def pip(*arguments: str | Path) -> None:
    """Run pip; its failure is ours."""
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *map(str, arguments)]
    if subprocess.run(command, check=False).returncode:
        sys.exit(1)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
