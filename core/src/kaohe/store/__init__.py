"""A run on disk."""

from kaohe.store.open import Stored, open_run
from kaohe.store.write import save

__all__ = ["Stored", "open_run", "save"]
