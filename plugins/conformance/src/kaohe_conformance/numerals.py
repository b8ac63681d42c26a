"""Numbers as documents write them: in digits, in Chinese, in English words."""

from __future__ import annotations

import re
from collections import Counter

DIGITS = "零一二三四五六七八九"
TENS = {"十": 10, "百": 100, "千": 1000}
NUMERAL = f"[{DIGITS}{''.join(TENS)}]+"
ENGLISH = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ORDINAL = re.compile(rf"第({NUMERAL})(?=[条章节款项])")
"""第十二条: a number that English writes in digits."""


def number(numeral: str) -> int:
    """十二 or 12 as a number; of one that no one writes so, some number that it is not."""
    if numeral.isdecimal():
        return int(numeral)
    total = last = 0
    for sign in numeral:
        if sign in TENS:
            total, last = total + (last or 1) * TENS[sign], 0
        else:
            last = DIGITS.index(sign)
    return total + last


def numeral(value: int) -> str:
    """12 as 十二; up to 9,999, and without the 零 of 一百零五."""
    written = ""
    for sign, worth in reversed(TENS.items()):
        count, value = divmod(value, worth)
        written += f"{DIGITS[count]}{sign}" if count else ""
    written += DIGITS[value] if value or not written else ""
    return written.removeprefix("一") if written.startswith("一十") else written


def counted(words: str) -> Counter[int]:
    """The numbers in digits among the words, and those of articles, each as often as it stands there."""
    spelt = ORDINAL.sub(lambda found: str(number(found[1])), words)
    return Counter(int(digits) for digits in re.findall(r"\d+", spelt))


def in_english(words: str) -> Counter[int]:
    """The numbers that are written as English words."""
    return Counter(ENGLISH.index(word) for word in re.findall(r"[a-z]+", words.lower()) if word in ENGLISH)
