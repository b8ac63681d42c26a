"""An institution's money, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kaohe.accounts import ACCOUNTS, FUNDS, named
from kaohe.causes import cause_said
from kaohe.messages import text
from kaohe.money import shown

if TYPE_CHECKING:
    from kaohe.statement import Balance


def lines(balances: Iterable[Balance]) -> Iterator[str]:
    """A heading and a line for each account; nothing where there is none."""
    for number, balance in enumerate(balances):
        if number == 0:
            yield str(text("Balances, in yuan (debit positive)"))
        account = named(ACCOUNTS, balance.account)
        said = text(
            "  {fund} · {account}: {amount}",
            fund=named(FUNDS, balance.fund),
            account=account,
            amount=shown(balance.amount),
        )
        if balance.cause:
            said = text(
                "{said} ({article}: {cause})", said=said, article=balance.article, cause=cause_said(balance.cause)
            )
        yield str(said)
