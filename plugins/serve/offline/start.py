"""Starts the workbench from this folder, without a network: installs it once for this user, then opens the browser.

Only what every Python has is used; nothing in this folder is written.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import venv
import webbrowser
from pathlib import Path

HERE = Path(__file__).resolve().parent
PINNED = HERE / "pinned.txt"
VERSIONS = tuple(tuple(map(int, version.split("."))) for version in (HERE / "versions.txt").read_text().split())
PORT = int(os.environ.get("KAOHE_PORT", "8000"))
ADDRESS = f"http://127.0.0.1:{PORT}/"


def say(chinese: str, english: str) -> None:
    """A line in both languages: nothing is installed yet that could choose."""
    print(f"{chinese}\n{english}\n", flush=True)


def place() -> Path:
    """Where programs of one user are kept on this system."""
    if os.name == "nt":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "kaohe"
    return Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share")) / "kaohe"


def installed() -> Path:
    """The Python in which the workbench is installed; installs it where this version is not there yet."""
    said = PINNED.read_bytes() + sys.version.encode()
    folder = place() / hashlib.sha256(said).hexdigest()[:12]
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    whole = folder / "whole"
    if whole.exists():
        return python
    say("正在安装，仅首次需要，约一分钟……", "Installing, only this once, about a minute …")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        venv.create(folder, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as fault:
        shutil.rmtree(folder, ignore_errors=True)
        say(f"无法建立运行环境（Debian、统信等系统请先安装 python3-venv）：{fault}", "No environment can be made here.")
        raise SystemExit(1) from None
    pip = [str(python), "-m", "pip", "--isolated", "--disable-pip-version-check", "install", "--quiet"]
    given = ["--no-index", "--find-links", str(HERE / "wheels"), "--require-hashes", "--requirement", str(PINNED)]
    if subprocess.run(pip + given, check=False).returncode:
        shutil.rmtree(folder, ignore_errors=True)
        say(
            "安装未成功，原因见上；未留下任何内容。",
            "It was not installed; the reason stands above. Nothing was left behind.",
        )
        raise SystemExit(1)
    whole.touch()
    return python


def is_open() -> bool:
    """Whether the workbench runs already."""
    straight = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with straight.open(f"{ADDRESS}api/", timeout=2) as answer:
            return json.load(answer)["name"] == "kaohe"
    except (OSError, ValueError, KeyError, TypeError):
        return False


def main() -> int:
    """Open the workbench that runs already, or start one; until its window is closed."""
    if sys.version_info[:2] not in VERSIONS:
        known = "、".join(".".join(map(str, version)) for version in VERSIONS)
        say(
            f"这里的 Python 是 {sys.version.split()[0]}，需要 {known} 之一（64位）。",
            f"This Python is {sys.version.split()[0]}; one of {known} (64 bit) is needed.",
        )
        return 1
    if is_open():
        say("工作台已在运行，正在打开浏览器。", "The workbench runs already; opening the browser.")
        webbrowser.open(ADDRESS)
        return 0
    python = installed()
    data = Path(os.environ.get("KAOHE_FOLDER", Path.home() / "kaohe-workbench"))
    say(
        f"工作台即将在浏览器中打开。使用期间请勿关闭本窗口。数据保存在：{data}",
        f"The workbench opens in the browser. Leave this window open meanwhile. Data is kept in {data}",
    )
    command = [str(python), "-m", "kaohe", "serve", "--folder", str(data), "--port", str(PORT)]
    return subprocess.run([*command, *(sys.argv[1:] or ["--open"])], cwd=tempfile.gettempdir(), check=False).returncode


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        raise SystemExit(0) from None
