"""What is recorded of institutions: for each annex, its facts, their items and points, and how common they are."""

from __future__ import annotations

from typing import NamedTuple


class Deed(NamedTuple):
    """What is recorded: its fact, item and points in the annex, how common it is, on which form, cases at most."""

    fact: str
    item: int
    points: int
    weight: int
    form: str
    most: int = 1


class Deeds(NamedTuple):
    """The deeds of one annex.

    `found` and `gains` are recorded by one scorer, `known` and `known_gains` by all of an institution's, `city` by
    the centre.
    """

    found: tuple[Deed, ...]
    known: tuple[Deed, ...]
    gains: tuple[Deed, ...]
    known_gains: tuple[Deed, ...]
    city: tuple[Deed, ...] = ()


SUSPENDED = Deed("中止服务协议", 0, 0, 0, "中止服务协议通知书")
TERMINATED = Deed("终止服务协议", 0, 0, 0, "终止服务协议通知书")
REFUSED = Deed("不配合年度考核", 0, 0, 0, "年度考核催告记录")

INSPECTION, COMPLAINT, PRICES = "现场检查记录", "投诉登记表", "收费抽查记录"
REGISTER, RULES, SYSTEM = "变更备案登记簿", "制度检查表", "系统巡查记录"
UPLOADS, ATTENDANCE, DEVICES = "服务明细稽核清单", "培训会议签到表", "辅具抽查记录"
DISPATCH, ORDERS, REASSESSMENT = "系统派单记录", "评估复核单", "重新评估结论书"
OUTCOME, PUBLICITY, REPORTED, FRAUD = "期末评估结论书", "宣传活动签到表", "主动反馈核实单", "协查处理单"
PRESS, RECEIPT, LENT, PRAISE = "媒体报道剪报", "建议采纳回执", "师资场地支持证明", "表扬通报"

ASSESSMENT_INSTITUTION = Deeds(
    found=(
        Deed("上传信息不规范或不符", 3, 2, 8, ORDERS),
        Deed("采集信息逾期上传", 2, 1, 24, DISPATCH, 2),
        Deed("评估结论书逾期送达", 2, 1, 24, "结论书送达回执", 2),
        Deed("上门评估逾期", 2, 2, 10, DISPATCH),
        Deed("退单延时整改", 3, 1, 10, ORDERS),
        Deed("评估结论改变1个等级", 4, 2, 12, REASSESSMENT),
        Deed("无故拒绝派单", 2, 1, 4, DISPATCH),
        Deed("查实投诉", 5, 2, 8, COMPLAINT),
        Deed("技能培训缺席人数", 7, 1, 10, "技能培训签到表", 3),
        Deed("未参加管理会议", 7, 2, 5, "会议签到表"),
        Deed("评估结论改变2个等级以上", 4, 3, 2, REASSESSMENT),
        Deed("退单拒不整改", 3, 3, 1, ORDERS),
        Deed("泄露个人信息", 5, 5, 1, COMPLAINT),
        Deed("有利害关系未回避", 3, 5, 1, "专项核查报告"),
    ),
    known=(Deed("信息变更逾期未报备", 1, 1, 16, REGISTER), Deed("管理制度不健全", 6, 1, 10, RULES)),
    gains=(
        Deed("协助宣传", 9, 1, 30, PUBLICITY),
        Deed("反馈弄虚作假并协助建立诚信可疑名单", 10, 2, 14, "诚信可疑名单核查表"),
    ),
    known_gains=(
        Deed("媒体宣传", 9, 1, 8, PRESS),
        Deed("建议被采纳", 10, 1, 6, RECEIPT),
        Deed("政府表扬", 9, 1, 1, PRAISE),
    ),
    city=(Deed("超范围服务单数", 8, 0, 1, "跨区派单汇总表", 90),),
)

_SYSTEM = (
    Deed("系统未升级维护", 4, 1, 6, SYSTEM),
    Deed("私自安装远程控制软件", 4, 2, 2, SYSTEM),
    Deed("系统混接外网或未装杀毒软件", 4, 5, 1, SYSTEM),
)
"""As annexes 2 and 4 number it."""

NURSING_HOME = Deeds(
    found=(
        Deed("台账不完整不规范", 8, 1, 30, INSPECTION, 3),
        Deed("服务明细未按要求上传或不符", 3, 2, 22, UPLOADS, 2),
        Deed("查实投诉", 5, 2, 12, COMPLAINT),
        Deed("未参加培训会议", 7, 2, 11, ATTENDANCE),
        Deed("未按护理服务计划服务", 3, 2, 8, INSPECTION),
        Deed("收费与服务不符", 2, 2, 6, PRICES),
        Deed("台账与实际不符", 8, 2, 6, INSPECTION),
        Deed("其他未规范使用系统", 4, 1, 6, SYSTEM),
        Deed("收费超过备案价格", 2, 2, 4, PRICES),
        Deed("挂床", 3, 3, 2, INSPECTION),
        Deed("收费高于自费人员", 2, 3, 2, PRICES),
        Deed("不正当竞争", 5, 5, 1, COMPLAINT),
        Deed("变相克扣待遇", 3, 5, 1, "专项核查报告"),
    ),
    known=(Deed("信息变更逾期未报备", 1, 1, 14, REGISTER), Deed("管理制度不健全", 6, 1, 9, RULES), *_SYSTEM),
    gains=(
        Deed("失能状态好转", 11, 1, 24, OUTCOME),
        Deed("协助宣传", 11, 1, 12, PUBLICITY),
        Deed("主动反馈不符合待遇条件", 10, 2, 10, REPORTED),
        Deed("协助查处冒领待遇", 10, 2, 2, FRAUD),
    ),
    known_gains=(
        Deed("媒体宣传", 11, 1, 8, PRESS),
        Deed("建议被采纳", 11, 1, 4, RECEIPT),
        Deed("支持考试培训", 11, 2, 2, LENT),
        Deed("政府表扬", 11, 1, 1, PRAISE),
    ),
)
HOME_CARE = Deeds(
    found=(
        Deed("台账不完整不规范", 7, 1, 36, INSPECTION),
        Deed("服务明细未按要求上传或不符", 2, 2, 11, UPLOADS),
        Deed("其他未规范使用系统", 3, 1, 12, SYSTEM),
        Deed("未按护理服务计划服务", 2, 2, 6, "回访记录"),
        Deed("查实投诉", 4, 2, 8, COMPLAINT),
        Deed("未参加培训会议", 6, 2, 7, ATTENDANCE),
        Deed("台账与实际不符", 7, 2, 4, INSPECTION),
        Deed("护理服务计划不合理", 2, 2, 3, "护理服务计划抽查表"),
        Deed("推诿拒收失能人员", 2, 2, 2, COMPLAINT),
        Deed("服务站点无法正常开展工作", 1, 5, 1, INSPECTION),
        Deed("不正当竞争", 4, 5, 1, COMPLAINT),
    ),
    known=(
        Deed("信息变更逾期未报备", 1, 1, 18, REGISTER),
        Deed("管理制度不健全", 5, 1, 9, RULES),
        *(deed._replace(item=3) for deed in _SYSTEM),
    ),
    gains=(
        Deed("失能状态好转", 10, 1, 60, OUTCOME),
        Deed("协助宣传", 10, 1, 16, PUBLICITY),
        Deed("主动反馈不符合待遇条件", 9, 2, 13, REPORTED),
        Deed("协助查处冒领待遇", 9, 2, 2, FRAUD),
    ),
    known_gains=(
        Deed("媒体宣传", 10, 1, 8, PRESS),
        Deed("建议被采纳", 10, 1, 4, RECEIPT),
        Deed("支持考试培训", 10, 2, 2, LENT),
        Deed("政府表扬", 10, 1, 1, PRAISE),
    ),
)
DEVICE_RENTAL = Deeds(
    found=(
        Deed("台账不完整不规范", 8, 1, 30, INSPECTION, 2),
        Deed("辅具未检查消毒保养", 3, 2, 12, "清洗消毒检查记录"),
        Deed("故障辅具", 3, 2, 12, DEVICES, 2),
        Deed("其他未规范使用系统", 4, 1, 12, SYSTEM),
        Deed("未参加培训会议", 7, 2, 9, ATTENDANCE),
        Deed("未按方案适配", 3, 2, 7, DEVICES),
        Deed("查实投诉", 5, 2, 8, COMPLAINT),
        Deed("台账与实际不符", 8, 2, 6, INSPECTION),
        Deed("收费与服务不符", 2, 2, 5, PRICES),
        Deed("收费超过备案价格", 2, 2, 4, PRICES),
        Deed("诱导未按比例分担费用", 2, 3, 3, PRICES),
        Deed("提供不必要的辅具", 3, 3, 3, DEVICES),
        Deed("收费高于自费人员", 2, 3, 1, PRICES),
        Deed("服务站点无法正常开展工作", 1, 5, 1, INSPECTION),
        Deed("不正当竞争", 5, 5, 1, COMPLAINT),
    ),
    known=(Deed("信息变更逾期未报备", 1, 1, 14, REGISTER), Deed("管理制度不健全", 6, 1, 9, RULES), *_SYSTEM),
    gains=(
        Deed("协助宣传", 11, 1, 40, PUBLICITY),
        Deed("主动反馈不符合待遇条件", 10, 2, 10, REPORTED),
        Deed("协助查处冒领待遇", 10, 2, 2, FRAUD),
    ),
    known_gains=(
        Deed("媒体宣传", 11, 1, 9, PRESS),
        Deed("建议被采纳", 11, 1, 6, RECEIPT),
        Deed("政府表扬", 11, 1, 1, PRAISE),
    ),
)
MEDICAL = HOME_CARE._replace(known_gains=())
"""The notice has no table for them; what their districts recorded is home care's."""
