"""What the command line's documents promise to hold."""

from __future__ import annotations

PROBLEM = {"severity", "code", "file", "table", "row", "column", "message", "remedy"}
RUN = {"dataset", "scheme", "stages", "institutions", "status", "grades", "deductions", "out", "problems"}
