"""This package's texts, and the language that a request asks for."""

from __future__ import annotations

from kaohe.messages import DEFAULT, LANGUAGES, texts

text, plural = texts("kaohe_serve")
LANGUAGE = "kaohe_language"
"""The cookie in which the workbench keeps the language that was chosen."""
TAGS = {"zh_CN": "zh-CN", "en": "en"}
"""The languages as HTTP and HTML name them."""


def asked_language(accepted: str) -> str:
    """The best of our languages for an Accept-Language header; the default where it names none of them."""
    best, weight = DEFAULT, 0.0
    for entry in accepted.split(","):
        tag, _, quality = entry.partition(";")
        wanted = _weight(quality)
        for language in LANGUAGES:
            if wanted > weight and tag.strip().lower().partition("-")[0] == language.partition("_")[0]:
                best, weight = language, wanted
    return best


def _weight(quality: str) -> float:
    """The q of an entry: 1 where there is none, 0 where it is no number."""
    name, _, value = quality.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
