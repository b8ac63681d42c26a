"""The plugin's own texts."""

from kaohe import texts

text, plural = texts("kaohe_office")
