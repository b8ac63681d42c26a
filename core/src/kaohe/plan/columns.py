"""The sheets of a plan as a workbook, their headings in both languages, and what may not be blank."""

from __future__ import annotations

META, ITEMS, VETOES = ("方案", "Plan"), ("指标", "Items"), ("一票否决", "Vetoes")
"""The sheets, in both languages; a name is recognised in either."""

ABOUT = {
    "rubric": ("方案编码", "Rubric"), "kind": ("考核对象类型", "Kind"), "name.zh_CN": ("名称", "Name"),
    "name.en": ("英文名称", "Name (English)"), "document": ("依据文件", "Document"), "annex": ("附件", "Annex"),
    "full_score": ("总分", "Full score"), "full_score_basis": ("总分来源", "Basis of the full score"),
    "provenance": ("数据来源", "Provenance"), "source": ("来源说明", "Source"),
}  # fmt: skip
"""What the first sheet says of the whole plan, a line each."""

ITEM = {
    "section": ("部分编码", "Section"), "section_name": ("部分", "Section name"), "item": ("项目序号", "Item"),
    "name": ("项目", "Item name"), "full_score": ("标准分值", "Full score"), "direction": ("计分方向", "Direction"),
}  # fmt: skip
CLAUSE = {
    "clause": ("条款", "Clause"), "number": ("编号", "Number"), "text": ("内容", "Text"),
    "shape": ("计分形式", "Shape"), "fact": ("事实", "Fact"), "out_of": ("评分满分", "Marked out of"),
    "by": ("评分主体", "Marked by"), "of": ("被评分层级", "Marks of"), "when": ("适用读法", "When"),
    "more": ("其他参数", "More"),
}  # fmt: skip
VETO = {
    "clause": ("条款", "Clause"), "number": ("编号", "Number"), "text": ("内容", "Text"), "fact": ("事实", "Fact"),
    "effect": ("效力", "Effect"), "points": ("扣分", "Points"),
}  # fmt: skip
LINE = ITEM | CLAUSE
"""A line of the sheet of items: a clause, with the item and the section that it belongs to."""

NUMBERS, LISTS, CODES = {"full_score", "out_of", "points"}, {"by", "of"}, {"section", "item", "clause", "number"}
REQUIRED = {
    META: {*ABOUT} - {"provenance", "source"},
    ITEMS: {"section", "section_name", "item", "name", "full_score", "clause", "text", "shape"},
    VETOES: {"clause", "text", "fact", "effect"},
}
"""What may not be blank in a plan to run with."""
SEPARATOR = "、"
