"""A run on disk."""

from kaohe.store.open import Stored, open_run
from kaohe.store.write import refuse_name, save

__all__ = ["Stored", "open_run", "refuse_name", "save"]
