"""What accounts of the simulated TikTok sell: by rule, so that the same account always offers the same."""

import msgspec


class Product(msgspec.Struct, frozen=True, kw_only=True):
    """One product of an account's showcase."""

    name: str
    price: str


_NAMES = (
    ("Paper Lamp", "$19.90"),
    ("Paper Lamp, large", "$29.90"),
    ("Blue Mug 350 ml", "$8.00"),
    ("Notebook with 120 dotted pages and a ribbon", "$11.50"),
    ("Linen Tote Bag", "$14.00"),
    ("Olive Soap ×3", "$9.30"),
    ("Kerzenständer aus Messing", "$24.00"),
    ("茶杯 Tea Cup", "$6.70"),
    ("Wool Socks 🧦", "$12.00"),
    ("Kitchen Timer (5 min)", "$7.90"),
    ("Desk Plant", "$10.00"),
    ("Wall Calendar", "$16.20"),
)
PRODUCTS = tuple(Product(name=name, price=price) for name, price in _NAMES)


def sold_by(account: str) -> tuple[Product, ...] | None:
    """The showcase of an account, in the order in which it offers it; None for an account without a shop."""
    return PRODUCTS if account.startswith("shop_") else None
