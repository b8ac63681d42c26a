"""The folder that starts the workbench without a network: what is in it, and that it installs whole or not at all."""

from __future__ import annotations

import base64
import hashlib
import os
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from scripts import loaded

HERE = Path(__file__).parents[1] / "plugins/serve/offline"


MAKE = loaded("plugins/serve/offline/make.py")


@pytest.mark.parametrize("python", MAKE.PYTHONS)
def test_what_only_windows_needs_is_fetched_for_windows(python: str) -> None:
    """Wherever it is fetched: colorama is click's on Windows alone."""
    windows, linux = (list(MAKE.pinned_for(platform, python)) for platform in ("win32", "linux"))
    assert {line.partition("==")[0] for line in set(windows) - set(linux)} >= {"colorama"}
    assert not [line for line in linux if line.startswith("colorama")]
    assert [line for line in windows + linux if "--hash=sha256:" not in line or ";" in line] == []


def test_the_start_file_is_what_windows_reads(tmp_path: Path) -> None:
    """Plain ASCII whatever the code page, lines ending as Windows ends them; the guide is known as UTF-8."""
    for name in MAKE.FILES:
        MAKE.copy(HERE / name, tmp_path / name)
    start = (tmp_path / "start.bat").read_bytes()
    assert start.isascii()
    assert start.count(b"\r\n") == start.count(b"\n") > 0
    assert (tmp_path / "README.txt").read_bytes().startswith("\ufeff考核工作台".encode())
    assert b"\r" not in (tmp_path / "start.sh").read_bytes()
    assert os.access(tmp_path / "start.sh", os.X_OK)


def wheel(folder: Path) -> bytes:
    """A wheel of a package `kaohe` that prints what it is asked for."""
    parts = {
        "kaohe/__init__.py": b"",
        "kaohe/__main__.py": b"import sys; print('asked:', *sys.argv[1:])",
        "kaohe-0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: kaohe\nVersion: 0\n",
        "kaohe-0.dist-info/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    lines = []
    for name, content in parts.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append(f"{name},sha256={digest},{len(content)}")
    parts["kaohe-0.dist-info/RECORD"] = "\n".join([*lines, "kaohe-0.dist-info/RECORD,,"]).encode()
    target = folder / "kaohe-0-py3-none-any.whl"
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.read_bytes()


def test_it_installs_once_and_only_what_is_pinned(tmp_path: Path) -> None:
    folder = tmp_path / "U 盘" / "考核"
    (folder / "wheels").mkdir(parents=True)
    MAKE.copy(HERE / "start.py", folder / "start.py")
    (folder / "versions.txt").write_text("{}.{}".format(*sys.version_info[:2]))
    digest = hashlib.sha256(wheel(folder / "wheels")).hexdigest()
    programs = tmp_path / "programs"

    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    def start() -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "XDG_DATA_HOME": str(programs), "LOCALAPPDATA": str(programs), "PYTHONUTF8": "1"}
        environment |= {"KAOHE_FOLDER": str(tmp_path / "data"), "KAOHE_PORT": str(port)}
        command = [sys.executable, str(folder / "start.py"), "--json"]
        return subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, check=False)

    (folder / "pinned.txt").write_text(f"kaohe==0 --hash=sha256:{'0' * 64}\n")
    refused = start()
    assert refused.returncode == 1
    assert "未留下任何内容" in refused.stdout
    assert list((programs / "kaohe").iterdir()) == []
    (folder / "pinned.txt").write_text(f"kaohe==0 --hash=sha256:{digest}\n")
    first, second = start(), start()
    assert f"asked: serve --folder {tmp_path / 'data'} --port {port} --json" in first.stdout, first.stderr
    assert "正在安装" in first.stdout
    assert "正在安装" not in second.stdout
    assert "asked: serve" in second.stdout
    (folder / "versions.txt").write_text("2.7")
    assert "需要 2.7 之一" in start().stdout
