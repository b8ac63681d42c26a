"""The hooks that a city implements, the core's own answers, and the manager that calls them."""

from kaohe.plugin import defaults

__all__ = ["defaults"]
