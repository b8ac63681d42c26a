"""What is handed in to the service: the clean year as files, and files packed."""

from __future__ import annotations

import io
import zipfile

from project import clean_year, csv_text


def year_files(satisfied: int = 100, name: str = "测试年度") -> dict[str, bytes]:
    """The clean year as files; so many of 100 asked are satisfied, on both sheets."""
    tables = clean_year()
    for row in tables["metrics"]:
        if row["fact"] == "satisfaction":
            row["numerator"] = satisfied
    files = {f"{table}.csv": csv_text(rows).encode() for table, rows in tables.items()}
    return files | {"dataset.toml": f'name = "{name}"\nfrom = 2022-01-01\nto = 2022-12-31\n'.encode()}


def packed(files: dict[str, bytes]) -> bytes:
    """Files as a .zip."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()
