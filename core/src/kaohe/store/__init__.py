"""A run on disk."""

from kaohe.store.open import Stored, kept_open, left_open, open_run, parameters
from kaohe.store.write import refuse_name, save

__all__ = ["Stored", "kept_open", "left_open", "open_run", "parameters", "refuse_name", "save"]
