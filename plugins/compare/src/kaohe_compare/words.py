"""The package's own texts, and what its codes mean for people."""

from __future__ import annotations

from kaohe import texts

text, plural = texts("kaohe_compare")
