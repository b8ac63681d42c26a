"""Funds split into regional budgets, paid from month by month, and closed: as a scheme's `[budgets]` says it."""
