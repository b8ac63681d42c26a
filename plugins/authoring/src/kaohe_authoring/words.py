"""This package's texts."""

from kaohe import texts

text, plural = texts("kaohe_authoring")
