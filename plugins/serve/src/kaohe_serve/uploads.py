"""What is handed in over HTTP, put into a folder as a dataset; nothing outside that folder is touched."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO

from attrs import frozen

from kaohe import Problem, Refused
from kaohe.archive import refuse_large, refuse_unsafe, unpacked
from kaohe.dataset import CONTRACT
from kaohe.messages import Text
from kaohe_serve.words import text

WORKBOOK, PACKED = ".xlsx", ".zip"
DATABASES = (".db", ".sqlite", ".sqlite3")
PARTS = (".csv", ".parquet", ".toml")
LONGEST_NAME = 100
ACTIVE = "select name from sqlite_master where type in ('view', 'trigger') or sql like 'create virtual%'"
"""What is in an SQLite file and is no plain table."""
UNSAID = ("utf-8", "gb18030")
"""How the names in a packed file may be written where it does not say: by Linux, or by Windows in China."""
DAMAGED = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, UnicodeDecodeError)
"""What a packed file raises that is damaged, locked, or written in a way that is not known."""
NAMES_ARE_UTF8 = 0x800
"""The flag of a packed file by which it says so."""
BESIDE = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
"""What systems put into folders and packed files of their own accord."""
OPENED = ("~$", ".~")
"""What the names of files begin with that Office and WPS put beside a workbook while it is open."""


@frozen
class Upload:
    """One file that is handed in: the name it was given (with folders, if it had any), and its content."""

    name: str
    content: BinaryIO


def receive(uploads: Sequence[Upload], folder: Path, most: int) -> str:
    """Write the dataset into the folder, as its only entry; the name under which it is known.

    One workbook, SQLite file or packed folder; or the .csv, .parquet and .toml files of a folder. Raises Refused.
    """
    uploads = [upload for upload in uploads if not _is_beside(upload.name)]
    if len(uploads) == 1:
        name = safe_name(uploads[0].name)
        suffix = Path(name).suffix.lower()
        one: dict[str, Callable[[Upload, Path, int], None]] = {
            WORKBOOK: _workbook, PACKED: _packed, **dict.fromkeys(DATABASES, _database),
        }  # fmt: skip
        if suffix in one:
            target = folder / (Path(name).stem if suffix == PACKED else name)
            one[suffix](uploads[0], target, most)
            return Path(name).stem
    if not uploads:
        raise Refused([Problem("dataset", text("no file was handed in"), _remedy())])
    _parts([(upload.name, upload.content) for upload in uploads], folder)
    return next(folder.iterdir()).name


@contextmanager
def unpacking(upload: Upload, label: str, most: int) -> Iterator[list[tuple[str, Blocks]]]:
    """The files of a packed folder; raises Refused where it is damaged, too large, holds links, or is empty."""
    try:
        with zipfile.ZipFile(upload.content) as archive:
            refuse_large(archive, label, most)
            wanted = [part for part in archive.infolist() if not part.is_dir() and not _is_beside(_named(part))]
            if any(stat.S_ISLNK(part.external_attr >> 16) for part in wanted):
                raise Refused([Problem("zip", text("the packed file holds links"), _remedy(), file=label)])
            if not wanted:
                raise Refused([Problem("zip", text("the packed file is empty"), _remedy(), file=label)])
            yield [(_named(part), Blocks(unpacked(archive, part))) for part in wanted]
    except DAMAGED:
        raise _damaged(label) from None


def safe_name(given: str) -> str:
    """The last part of a name, of letters, digits and a few signs only, that no system takes for anything else."""
    last = PureWindowsPath(given).name
    kept = "".join(sign if sign.isalnum() or sign in " -_.()（）" else "_" for sign in last).strip(". ")
    stem, suffix = kept[: kept.rfind(".")] if "." in kept else kept, Path(kept).suffix
    short = f"{stem[: LONGEST_NAME - len(suffix)]}{suffix}" or "_"
    return f"_{short}" if PureWindowsPath(short).is_reserved() else short


def _remedy() -> Text:
    return text("hand in one .xlsx workbook, one SQLite file, a .zip, or .csv and .parquet files")


def _workbook(upload: Upload, target: Path, most: int) -> None:
    write(upload.content, target)
    try:
        refuse_unsafe(target, target.name, most)
    except DAMAGED:
        raise _damaged(target.name) from None


def _database(upload: Upload, target: Path, _: int) -> None:
    write(upload.content, target)
    try:
        with closing(sqlite3.connect(f"{target.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            active = connection.execute(ACTIVE).fetchone()
    except sqlite3.Error:
        raise _damaged(target.name) from None
    if active is not None:
        message = text("the file holds “{name}”, which is no plain table", name=active[0])
        remedy = text("hand in a file of tables alone, without views and triggers")
        raise Refused([Problem("dataset", message, remedy, file=target.name)])


def _packed(upload: Upload, target: Path, most: int) -> None:
    """A packed folder; a folder that holds everything else is left out."""
    with unpacking(upload, target.name + PACKED, most) as files:
        _parts(files, target.parent, target.name)


def _named(part: zipfile.ZipInfo) -> str:
    """The name of a packed file, whatever system wrote it."""
    if part.flag_bits & NAMES_ARE_UTF8:
        return part.filename
    written = part.filename.encode("cp437", "replace")  # as which it was read
    for encoding in UNSAID:
        try:
            return written.decode(encoding)
        except UnicodeDecodeError:
            continue
    return part.filename


def _is_beside(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return any(part in BESIDE or part.startswith(OPENED) for part in parts)


@frozen
class Blocks:
    """Blocks of bytes as a file to be read once."""

    blocks: Iterator[bytes]

    def read(self, _: int = -1) -> bytes:
        """The next block."""
        return next(self.blocks, b"")


def _parts(files: Iterable[tuple[str, BinaryIO | Blocks]], folder: Path, name: str = "") -> None:
    """The files of a folder: tables, and folders of tables' parts."""
    places = placed([given for given, _ in files])
    if faults := [fault for given, place in places.items() if (fault := _fault(given, place)) is not None]:
        raise Refused(faults)
    outer, within = _within(places)
    target = folder / (name or (safe_name(outer) if outer else str(text("dataset"))))
    for given, content in files:
        place = within[given]
        if len(place) > 2:
            message = text("“{name}” lies too deep", name=given)
            raise Refused([Problem("dataset", message, text("a dataset is one folder, with a folder a table at most"))])
        file = target.joinpath(*map(safe_name, place))
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            raise Refused([Problem("dataset", text("“{name}” is there twice", name=given), text("remove one"))])
        write(content, file)


def _within(places: dict[str, tuple[str, ...]]) -> tuple[str, dict[str, tuple[str, ...]]]:
    """The folder that holds a dataset's files, if one holds them all, and their places within it."""
    outer = ""
    while all(len(place) > 1 for place in places.values()) and len({place[0] for place in places.values()}) == 1:
        inner = {given: place[1:] for given, place in places.items()}
        first = next(iter(places.values()))[0]
        if CONTRACT.named(first) and not any(_is_table(place) for place in inner.values()):
            break  # the parts of one table
        outer, places = first, inner
    return outer, places


def _is_table(place: tuple[str, ...]) -> bool:
    """Whether a file is a table of a dataset, or lies in a table's folder, by its name."""
    return CONTRACT.named(PurePosixPath(place[0]).stem) is not None


def placed(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Names by the folders in them."""
    return {name: PurePosixPath(name.replace("\\", "/")).parts for name in names}


def leading_outside(given: str, place: tuple[str, ...]) -> Problem | None:
    """The fault of a name that is no place within a folder."""
    if not place or ".." in place or PurePosixPath(*place).is_absolute() or PureWindowsPath(given).drive:
        return Problem("dataset", text("“{name}” leads outside", name=given), text("pack the folder itself"))
    return None


def _fault(given: str, place: tuple[str, ...]) -> Problem | None:
    if (fault := leading_outside(given, place)) is not None:
        return fault
    if PurePosixPath(*place).suffix.lower() not in PARTS:
        return Problem("dataset", text("“{name}” is not a part of a dataset", name=given), _remedy())
    return None


def write(content: BinaryIO | Blocks, target: Path) -> None:
    """Write a file that is not there yet."""
    with target.open("xb") as out:
        shutil.copyfileobj(content, out)


def _damaged(name: str) -> Refused:
    return Refused([Problem("dataset", text("the file is damaged"), text("save it again"), file=name)])
