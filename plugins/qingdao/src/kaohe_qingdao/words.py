"""The plugin's own texts in both languages, and where in the opinions a rule stands."""

from kaohe import texts

text, plural = texts("kaohe_qingdao")

COST = "青医保字〔2023〕1号 第6条"
PLANNING = "青医保字〔2023〕1号 第8条"

ASSESSORS = ("assessment_institution", "entrusted_agency")
"""Third parties (item 6); every other kind is a designated care institution."""
