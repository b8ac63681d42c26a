"""The four tables of 常医保办〔2023〕12号, written out by hand: what the comparators compute, without kaohe.

What the notice leaves open is read as kaohe reads it by default, and the cutoffs are those of the plugin's example.
"""

from __future__ import annotations

from datetime import date

UNIT = 10_000
"""Points, and the sides of a ratio, are counted in ten-thousandths."""

YEAR = "2022"
MONTHS = [f"{YEAR}-{month:02}" for month in range(1, 13)]
BEGINS, ENDS = date(2022, 1, 1), date(2022, 12, 31)
DECLARATION = date(2023, 2, 10)

KINDS = {"assessment_institution": 1, "nursing_home": 2, "home_care": 3, "device_rental": 4}
"""The annex by which each kind is assessed."""
FULL = {
    1: (5, 10, 20, 20, 10, 5, 10, 6, 6, 8),
    2: (5, 10, 20, 5, 10, 5, 10, 10, 5, 8, 12),
    3: (10, 25, 5, 10, 5, 10, 10, 5, 8, 12),
    4: (5, 10, 20, 5, 10, 5, 10, 10, 5, 8, 12),
}
"""The items' full scores; together 100 in each annex."""
EARNED_FROM = {1: 8, 2: 10, 3: 9, 4: 10}
"""The first item that starts at zero; those before it start full."""

EVENTS = (  # annex, item, clause, fact, points, shape
    (1, 1, "1", "registration.unreported", -1, "per_case"),
    (1, 2, "2.1", "assessment.order_refused", -1, "per_case"),
    (1, 2, "2.2", "assessment.visit_late", -2, "per_case"),
    (1, 2, "2.3", "assessment.upload_late", -1, "per_case"),
    (1, 2, "2.4", "assessment.conclusion_late", -1, "per_case"),
    (1, 3, "3.1", "assessment.not_recused", -5, "per_case"),
    (1, 3, "3.2", "assessment.upload_wrong", -2, "per_case"),
    (1, 3, "3.3a", "assessment.correction_late", -1, "per_case"),
    (1, 3, "3.3b", "assessment.correction_refused", -3, "per_case"),
    (1, 4, "4a", "assessment.changed_one", -2, "per_case"),
    (1, 4, "4b", "assessment.changed_more", -3, "per_case"),
    (1, 5, "5.1", "complaint.substantiated", -2, "per_case"),
    (1, 5, "5.2", "privacy.leaked", -5, "per_case"),
    (1, 6, "6", "policy.deficient", -1, "per_case"),
    (1, 7, "7.1", "training.persons_absent", -1, "per_case"),
    (1, 7, "7.2", "meeting.not_attended", -2, "per_case"),
    (1, 8, "8.2", "assessment.extra_orders", 1, "per_n"),
    (1, 9, "9.1", "publicity.media", 1, "per_case"),
    (1, 9, "9.2", "commendation", 1, "per_case"),
    (1, 9, "9.3", "publicity.assisted", 1, "per_case"),
    (1, 10, "10.1", "integrity.deceit_reported", 2, "per_case"),
    (1, 10, "10.2", "suggestion.adopted", 1, "per_case"),
    (2, 1, "1", "registration.unreported", -1, "per_case"),
    (2, 2, "2.1", "price.above_filed", -2, "per_case"),
    (2, 2, "2.2", "price.not_as_delivered", -2, "per_case"),
    (2, 2, "2.3", "price.above_self_paying", -3, "per_case"),
    (2, 3, "3.1", "service.nominal_stay", -3, "per_case"),
    (2, 3, "3.2", "service.reduced", -2, "per_case"),
    (2, 3, "3.3", "service.benefit_withheld", -5, "per_case"),
    (2, 3, "3.4", "service.detail_wrong", -2, "per_case"),
    (2, 4, "4.1", "system.unprotected", -5, "once"),
    (2, 4, "4.2", "system.remote_control", -2, "per_case"),
    (2, 4, "4.3", "system.not_maintained", -1, "per_case"),
    (2, 4, "4.4", "system.misuse", -1, "per_case"),
    (2, 5, "5.1", "complaint.substantiated", -2, "per_case"),
    (2, 5, "5.2", "competition.unfair", -5, "per_case"),
    (2, 6, "6", "policy.deficient", -1, "per_case"),
    (2, 7, "7.2", "training.not_attended", -2, "per_case"),
    (2, 8, "8.2", "ledger.incomplete", -1, "per_case"),
    (2, 8, "8.3", "ledger.untrue", -2, "per_case"),
    (2, 10, "10.1", "integrity.ineligible_reported", 2, "per_case"),
    (2, 10, "10.2", "integrity.fraud_uncovered", 2, "per_case"),
    (2, 11, "11.2a", "publicity.media", 1, "per_case"),
    (2, 11, "11.2b", "publicity.assisted", 1, "per_case"),
    (2, 11, "11.3", "commendation", 1, "per_case"),
    (2, 11, "11.4", "support.training", 2, "once"),
    (2, 11, "11.5", "care.improved", 1, "per_case"),
    (2, 11, "11.6", "suggestion.adopted", 1, "per_case"),
    (3, 1, "1.1", "registration.unreported", -1, "per_case"),
    (3, 1, "1.2", "site.not_working", -5, "once"),
    (3, 2, "2.1", "service.plan_unreasonable", -2, "per_case"),
    (3, 2, "2.3", "service.refused", -2, "per_case"),
    (3, 2, "2.4", "service.reduced", -2, "per_case"),
    (3, 2, "2.5", "service.detail_wrong", -2, "per_case"),
    (3, 3, "3.1", "system.unprotected", -5, "once"),
    (3, 3, "3.2", "system.remote_control", -2, "per_case"),
    (3, 3, "3.3", "system.not_maintained", -1, "per_case"),
    (3, 3, "3.4", "system.misuse", -1, "per_case"),
    (3, 4, "4.1", "complaint.substantiated", -2, "per_case"),
    (3, 4, "4.2", "competition.unfair", -5, "per_case"),
    (3, 5, "5", "policy.deficient", -1, "per_case"),
    (3, 6, "6.3", "training.not_attended", -2, "per_case"),
    (3, 7, "7.2", "ledger.incomplete", -1, "per_case"),
    (3, 7, "7.3", "ledger.untrue", -2, "per_case"),
    (3, 9, "9.1", "integrity.ineligible_reported", 2, "per_case"),
    (3, 9, "9.2", "integrity.fraud_uncovered", 2, "per_case"),
    (3, 10, "10.2a", "publicity.media", 1, "per_case"),
    (3, 10, "10.2b", "publicity.assisted", 1, "per_case"),
    (3, 10, "10.3", "commendation", 1, "per_case"),
    (3, 10, "10.4", "support.training", 2, "once"),
    (3, 10, "10.5", "care.improved", 1, "per_case"),
    (3, 10, "10.6", "suggestion.adopted", 1, "per_case"),
    (4, 1, "1.1", "registration.unreported", -1, "per_case"),
    (4, 1, "1.2", "site.not_working", -5, "once"),
    (4, 2, "2.1", "price.above_filed", -2, "per_case"),
    (4, 2, "2.2", "price.not_as_delivered", -2, "per_case"),
    (4, 2, "2.3", "price.above_self_paying", -3, "per_case"),
    (4, 2, "2.4", "price.share_evaded", -3, "per_case"),
    (4, 3, "3.1", "device.unnecessary", -3, "per_case"),
    (4, 3, "3.2", "device.not_as_planned", -2, "per_case"),
    (4, 3, "3.3", "device.faulty", -2, "per_case"),
    (4, 3, "3.4", "device.not_maintained", -2, "per_case"),
    (4, 4, "4.1", "system.unprotected", -5, "once"),
    (4, 4, "4.2", "system.remote_control", -2, "per_case"),
    (4, 4, "4.3", "system.not_maintained", -1, "per_case"),
    (4, 4, "4.4", "system.misuse", -1, "per_case"),
    (4, 5, "5.1", "complaint.substantiated", -2, "per_case"),
    (4, 5, "5.2", "competition.unfair", -5, "per_case"),
    (4, 6, "6", "policy.deficient", -1, "per_case"),
    (4, 7, "7.2", "training.not_attended", -2, "per_case"),
    (4, 8, "8.2", "ledger.incomplete", -1, "per_case"),
    (4, 8, "8.3", "ledger.untrue", -2, "per_case"),
    (4, 10, "10.1", "integrity.ineligible_reported", 2, "per_case"),
    (4, 10, "10.2", "integrity.fraud_uncovered", 2, "per_case"),
    (4, 11, "11.2a", "publicity.media", 1, "per_case"),
    (4, 11, "11.2b", "publicity.assisted", 1, "per_case"),
    (4, 11, "11.3", "commendation", 1, "per_case"),
    (4, 11, "11.4", "suggestion.adopted", 1, "per_case"),
)  # fmt: skip
"""Clauses that count cases: points for each (per_case), for the first (once), for each full 50 (per_n)."""
PER_N = 50
CITY_EVENT = "assessment.extra_orders"
"""The one of them that is recorded without a scorer and counts on every sheet."""

METRICS = (  # annex, item, clause, fact, period, scope, least, most
    (1, 3, "3.4", "assessment.return_rate", "month", "scorer", -20, 0),
    (1, 7, "7.3a", "training.plan", "year", "scorer", -10, 0),
    (1, 7, "7.3b", "training.internal", "year", "scorer", -6, 0),
    (1, 8, "8.1", "assessment.areas_answered", "year", "city", 0, 2),
    (2, 7, "7.1a", "training.plan", "year", "scorer", -10, 0),
    (2, 7, "7.1b", "training.internal", "year", "scorer", -12, 0),
    (2, 8, "8.1", "ledger.kept", "year", "scorer", -10, 0),
    (2, 9, "9", "satisfaction", "year", "scorer", -5, 0),
    (2, 11, "11.1", "star", "year", "city", 0, 3),
    (3, 1, "1.3", "capacity.signed", "month", "city", -2, 0),
    (3, 2, "2.2", "service.delivery_rate", "month", "scorer", -5, 0),
    (3, 6, "6.1a", "exam.passed", "year", "city", -2, 0),
    (3, 6, "6.1b", "exam.absent", "year", "city", -3, 0),
    (3, 6, "6.2a", "training.plan", "year", "scorer", -10, 0),
    (3, 6, "6.2b", "training.internal", "year", "scorer", -12, 0),
    (3, 7, "7.1", "ledger.kept", "year", "scorer", -10, 0),
    (3, 8, "8", "satisfaction", "year", "scorer", -5, 0),
    (3, 9, "9.3", "quality.covered", "year", "scorer", 0, 2),
    (3, 10, "10.1", "site.districts", "year", "city", 0, 1),
    (4, 7, "7.1a", "training.plan", "year", "scorer", -10, 0),
    (4, 7, "7.1b", "training.internal", "year", "scorer", -12, 0),
    (4, 8, "8.1", "ledger.kept", "year", "scorer", -10, 0),
    (4, 9, "9", "satisfaction", "year", "scorer", -5, 0),
    (4, 11, "11.1", "site.areas", "year", "city", 0, 3),
)  # fmt: skip
"""Clauses on what must be shown, and what each can cost or earn while it is missing."""
TRAININGS = {1: 2, 2: 4, 3: 4, 4: 4}

VETOES = (  # annex, clause, fact, points taken, zero
    (1, "11", "agreement.suspended", -20, 0),
    (1, "12", "agreement.terminated", 0, 1),
    (1, "13", "assessment.refused", 0, 1),
    (2, "12", "agreement.suspended", -20, 0),
    (2, "13", "agreement.terminated", 0, 1),
    (2, "14", "assessment.refused", 0, 1),
    (3, "11", "agreement.suspended", -20, 0),
    (3, "12", "agreement.terminated", 0, 1),
    (3, "13", "assessment.refused", 0, 1),
    (4, "12", "agreement.suspended", -20, 0),
    (4, "13", "agreement.terminated", 0, 1),
    (4, "14", "assessment.refused", 0, 1),
)
VETO_CLAUSES = ("11", "12", "13", "14")

CUTOFFS = (("A", 90), ("B", 80), ("C", 70), ("D", 60), ("E", 0))
BASIC_GRADES = {"优秀": "A", "良好": "B", "合格": "C", "不合格": "D"}
"""The plugin's example-parameters.toml; not Changzhou's."""

ONLY_MEDICAL = ("medical_care", "home_bed", "home_bed;medical_care")
COOPERATION, ASSESSED = "五、考核要求(二)", "一、考核对象"
