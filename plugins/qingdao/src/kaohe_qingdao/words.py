"""The plugin's own texts in both languages, and where in the opinions a rule stands."""

from kaohe import texts

text, plural = texts("kaohe_qingdao")

BUDGET = "青医保字〔2023〕1号 第2条"
REGIONS = "青医保字〔2023〕1号 第3条"
CUSHIONS = "青医保字〔2023〕1号 第4条"
ASSESSORS = "青医保字〔2023〕1号 第6条"
PLANNING = "青医保字〔2023〕1号 第8条"
