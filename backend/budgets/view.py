"""How a budget stands: what is spent of it, and what its period is expected to end with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from backend.budgets.forecast import Ahead, Method
from backend.budgets.models import Budget
from backend.budgets.periods import Period


@dataclass(frozen=True)
class Slot:
    """A day of the period (an hour of a day) that has begun. `total`: of the period up to the slot's end, or now."""

    start_ns: int
    end_ns: int
    spent: float
    unpriced: int
    total: float


@dataclass(frozen=True)
class Coming:
    """A slot, or the rest of one, that is still to come."""

    start_ns: int
    end_ns: int
    total: Ahead


@dataclass(frozen=True)
class Line:
    """One value against the amount. `value` is "" for the whole project.

    `reached_on`: when the amount was reached. `expected_on`, `expected_ns`: when it will be, if it goes on like this.
    """

    value: str
    amount: float
    slots: tuple[Slot, ...]
    method: Method
    coming: tuple[Coming, ...]
    reached_on: date | None = None
    expected_on: date | None = None
    expected_ns: int | None = None

    @property
    def spent(self) -> float:
        return self.slots[-1].total if self.slots else 0.0

    @property
    def unpriced(self) -> int:
        return sum(one.unpriced for one in self.slots)

    @property
    def share(self) -> float:
        """1 when the amount is spent."""
        return self.spent / self.amount

    @property
    def end(self) -> Ahead | None:
        """What the period ends with; None when there is nothing to tell it from."""
        return self.coming[-1].total if self.coming else None

    @property
    def level(self) -> str:
        """over: the amount is spent; near: it will be; ok."""
        return "over" if self.reached_on else "near" if self.expected_on else "ok"


@dataclass(frozen=True)
class State:
    """`lines`: one; of a budget for each value those that spent most, and the value asked for.

    `values`: how many spent anything, `over`: how many of them reached the amount (0 or 1 of a single one).
    """

    budget: Budget
    today: date
    now_ns: int
    period: Period
    lines: tuple[Line, ...]
    values: int
    over: int
    unpriced: int

    @property
    def head(self) -> Line:
        """The line nearest to the amount."""
        return self.lines[0] if self.lines else Line("", float(self.budget.amount), (), "none", ())

    @property
    def days_left(self) -> int:
        """Whole days after today."""
        return (self.period.last - self.today).days

    @property
    def passed(self) -> list[int]:
        """The thresholds that are reached."""
        return [one for one in self.budget.thresholds if self.head.share * 100 >= one]
