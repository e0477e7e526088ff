"""The shop behind the support agent: orders that hold together, and what its tools answer about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from backend.core.times import rfc3339
from backend.demo.calendar import DAY_NS, date_text
from backend.demo.people import Person
from backend.demo.texts import data

CURRENCIES = {"acme-us": "USD", "acme-uk": "GBP", "acme-jp": "JPY"}
SIGNS = {"USD": "${:,.2f}", "GBP": "£{:,.2f}", "EUR": "€{:,.2f}", "JPY": "¥{:,.0f}"}
STREETS = ("Lindenstraße 12, 04109 Leipzig", "48 Harbour Road, Bristol BS1 5UH", "1120 Cedar Ave, Columbus OH 43215",
           "Rue des Lilas 7, 69003 Lyon", "Keizersgracht 310, 1016 EZ Amsterdam")  # fmt: skip


@dataclass(frozen=True)
class Order:
    """One order at a moment; all amounts are in the customer's currency."""

    number: str
    person: Person
    product: Mapping[str, Any]
    status: str
    carrier: str
    tracking: str
    hub: str
    card: str
    currency: str
    amount: float
    ordered_ns: int
    now_ns: int
    address: str
    case: str
    stock: int

    def money(self, amount: float) -> str:
        return SIGNS[self.currency].format(amount)

    def day(self, days: int) -> str:
        return date_text(self.now_ns + days * DAY_NS)

    def slots(self) -> dict[str, object]:
        """What texts may mention."""
        return {
            "order": self.number,
            "item": self.product["name"].split(",")[0],
            "carrier": self.carrier,
            "tracking": self.tracking,
            "hub": self.hub,
            "card": self.card,
            "total": self.money(self.amount + 4.9),
            "amount": self.money(self.amount),
            "invoice": self.invoice,
            "ordered": date_text(self.ordered_ns),
            "shipped": date_text(self.ordered_ns + DAY_NS),
            "scan_day": self.day(-2),
            "eta": self.day(3),
            "deadline": date_text(self.ordered_ns + 64 * DAY_NS),
            "address": self.address,
            "case": self.case,
            "stock": self.stock,
        }

    @property
    def invoice(self) -> str:
        return "INV-" + self.number.removeprefix("A-")


def order_of(random: Random, person: Person, status: str, now_ns: int, kinds: Sequence[str] = ()) -> Order:
    """`kinds` are the beginnings of the SKUs to choose from; all when empty."""
    shop = data("shop")
    product = random.choice([one for one in shop["product"] if not kinds or one["sku"][:2] in kinds])
    currency = CURRENCIES.get(person.tenant, "EUR")
    carrier = random.choice(shop["carriers"])
    age = {"processing": 0, "shipped": random.randint(4, 7)}.get(status, random.randint(9, 24))
    return Order(
        number=f"A-{random.randint(101_000, 118_999)}",
        person=person,
        product=product,
        status=status or "delivered",
        carrier=carrier,
        tracking={"DHL": "JJD", "UPS": "1Z9A", "GLS": "GL", "PostNord": "RR"}[carrier]
        + f"{random.getrandbits(34):011d}",
        hub=random.choice(shop["hubs"]),
        card=random.choice(shop["cards"]),
        currency=currency,
        amount=float(round(product["price"] * 158)) if currency == "JPY" else product["price"],
        ordered_ns=now_ns - age * DAY_NS - random.randrange(DAY_NS // 24),
        now_ns=now_ns,
        address=random.choice(STREETS),
        case=f"CASE-{random.randint(40_000, 49_999)}",
        stock=random.choice((2, 4, 7, 11, 23)),
    )


def _iso(at_ns: int) -> str:
    return rfc3339(at_ns)[:19] + "Z"


def lookup_order(order: Order) -> tuple[dict[str, object], object]:
    shipped = order.status != "processing"
    return {"order_id": order.number}, {
        "order_id": order.number,
        "status": order.status,
        "ordered_at": _iso(order.ordered_ns),
        "customer": {"id": order.person.user_id, "plan": order.person.plan},
        "items": [{"sku": order.product["sku"], "name": order.product["name"], "quantity": 1, "price": order.amount}],
        "shipping": 4.9,
        "total": round(order.amount + 4.9, 2),
        "currency": order.currency,
        "payment": order.card,
        "shipment": {"carrier": order.carrier, "tracking_number": order.tracking} if shipped else None,
    }


def track_shipment(order: Order) -> tuple[dict[str, object], object]:
    scans = [(2, order.hub, "Arrived at sorting hub"), (3, "Leipzig", "Picked up from sender")]
    delivered = order.status == "delivered"
    return {"tracking_number": order.tracking}, {
        "carrier": order.carrier,
        "status": "delivered" if delivered else "in_transit",
        "estimated_delivery": None if delivered else order.day(3),
        "signed_by": "neighbour" if delivered else None,
        "scans": [
            {"at": _iso(order.now_ns - days * DAY_NS), "place": place, "event": event} for days, place, event in scans
        ],
    }


def refund_order(order: Order) -> tuple[dict[str, object], object]:
    asked: dict[str, object] = {
        "order_id": order.number,
        "amount": order.amount,
        "currency": order.currency,
        "reason": "damaged_in_transit",
    }
    return asked, {
        "refund_id": "re_" + order.number.removeprefix("A-"),
        "status": "pending",
        "amount": order.amount,
        "currency": order.currency,
        "to": order.card,
        "expected": order.day(4),
    }


def create_return_label(order: Order) -> tuple[dict[str, object], object]:
    return {"order_id": order.number, "sku": order.product["sku"]}, {
        "label": f"https://shop.acme.example/labels/{order.number}.pdf",
        "carrier": order.carrier,
        "price": 0,
        "valid_until": order.day(30),
        "sent_to": f"{order.person.user_id}@mail.example",
    }


def get_invoice(order: Order) -> tuple[dict[str, object], object]:
    return {"order_id": order.number}, {
        "invoice_id": order.invoice,
        "date": date_text(order.ordered_ns + DAY_NS),
        "total": round(order.amount + 4.9, 2),
        "currency": order.currency,
        "pdf": f"https://shop.acme.example/invoices/{order.invoice}.pdf",
        "e_mail": "sent",
    }


def cancel_order(order: Order) -> tuple[dict[str, object], object]:
    return {"order_id": order.number, "reason": "customer_request"}, {
        "order_id": order.number,
        "status": "cancelled",
        "refund": {"amount": round(order.amount + 4.9, 2), "currency": order.currency, "to": order.card},
    }


def update_address(order: Order) -> tuple[dict[str, object], object]:
    return {"order_id": order.number, "address": order.address}, {
        "order_id": order.number,
        "address": order.address,
        "verified": True,
    }


def check_stock(order: Order) -> tuple[dict[str, object], object]:
    return {"sku": order.product["sku"]}, {
        "sku": order.product["sku"],
        "name": order.product["name"],
        "in_stock": order.stock,
        "next_delivery": order.day(3),
        "warehouse": "Leipzig",
    }


def escalate_to_human(order: Order) -> tuple[dict[str, object], object]:
    summary = f"{order.carrier} reports {order.number} as delivered, customer has not received it."
    return {"summary": summary, "priority": "urgent"}, {
        "case": order.case,
        "queue": "lost-parcels",
        "position": 3,
        "answer_by": order.day(3),
    }


# Arguments and result of each tool; `search_knowledge` is a pipeline of its own.
TOOLS: Mapping[str, Callable[[Order], tuple[dict[str, object], object]]] = {
    made.__name__: made
    for made in (
        lookup_order, track_shipment, refund_order, create_return_label, get_invoice, cancel_order, update_address,
        check_stock, escalate_to_human,
    )
}  # fmt: skip
