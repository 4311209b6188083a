"""The assistant of an online shop: finding things, the cart, paying, and what comes after."""

import datetime
from typing import Annotated, Literal

from octocall.types import Email, Integer, Number, PhoneNumber

PRODUCTS = [
    {"name": "waterproof hiking boots", "brand": "Salomon", "price": 114.0, "rating": 4.6, "stock": 7, "added": 3},
    {"name": "cordless drill", "brand": "Makita", "price": 129.0, "rating": 4.8, "stock": 12, "added": 5},
    {"name": "rice cooker", "brand": "Zojirushi", "price": 189.0, "rating": 4.7, "stock": 0, "added": 1},
    {"name": "walnut cutting board", "brand": "Boos", "price": 62.5, "rating": 4.4, "stock": 3, "added": 4},
    {"name": "noise cancelling headphones", "brand": "Sony", "price": 239.0, "rating": 4.5, "stock": 9, "added": 6},
    {"name": "beginner telescope", "brand": "Celestron", "price": 79.9, "rating": 4.1, "stock": 5, "added": 2},
]
COUPONS = {"SPRING15": 15, "HOLA5": 5, "LOYAL10": 10}
RATES = {"USD": 1.0, "EUR": 0.92, "GBP": 0.79}
CART: dict[str, dict] = {}
ACTIVE_COUPONS: list[str] = []
ORDERS: dict[int, dict] = {20418: {"status": "on its way", "day": datetime.date(2026, 3, 6)}}
RETURNS: list[dict] = []
STOCK_ALERTS: list[dict] = []


def _price(product: str) -> float:
    wanted = product.lower().rstrip("s")
    return next((p["price"] for p in PRODUCTS if wanted in p["name"]), 19.99)


def _in_cart(product: str) -> str | None:
    return next((name for name in CART if product.lower() in name.lower()), None)


def _total() -> float:
    off = sum(COUPONS[code] for code in ACTIVE_COUPONS)
    return sum(_price(name) * line["quantity"] for name, line in CART.items()) * (1 - min(off, 50) / 100)


def search_products(
    query: str,
    brand: str | None = None,
    max_price: float | None = None,
    min_rating: Annotated[float, Number(1, 5)] | None = None,
    sort_by: Literal["relevance", "cheapest", "most_expensive", "best_rated", "newest"] = "relevance",
    in_stock_only: bool = False,
) -> str:
    """Search the shop for products, with filters.

    Args:
        query: What kind of product to look for, such as "wool blanket".
        brand: Only products of this brand.
        max_price: Only products that cost at most this much.
        min_rating: Only products with at least this many stars.
        sort_by: Which products come first.
        in_stock_only: Whether to leave out what is sold out.
    """
    words = [word.rstrip("s") for word in query.lower().split()]
    found = [p for p in PRODUCTS if any(word in p["name"] for word in words)]
    if brand is not None:
        found = [p for p in found if p["brand"].lower() == brand.lower()]
    if max_price is not None:
        found = [p for p in found if p["price"] <= max_price]
    if min_rating is not None:
        found = [p for p in found if p["rating"] >= min_rating]
    if in_stock_only:
        found = [p for p in found if p["stock"]]
    keys = {"cheapest": ("price", False), "most_expensive": ("price", True), "best_rated": ("rating", True), "newest": ("added", True)}
    if sort_by in keys:
        key, descending = keys[sort_by]
        found.sort(key=lambda p: p[key], reverse=descending)
    names = ", ".join(f"{p['brand']} {p['name']} (${p['price']:.2f})" for p in found)
    return f"{len(found)} found for {query}: {names}" if found else f"Nothing found for {query}."


def add_to_cart(product: str, quantity: Annotated[int, Integer(1, 99)] = 1, gift_wrap: bool = False) -> str:
    """Put a product into the shopping cart.

    Args:
        product: The product to put in.
        quantity: How many of it.
        gift_wrap: Whether to wrap it as a gift.
    """
    line = CART.setdefault(product, {"quantity": 0, "gift_wrap": False})
    line["quantity"] += quantity
    line["gift_wrap"] = line["gift_wrap"] or gift_wrap
    return f"Added {quantity} x {product}{', gift wrapped' if gift_wrap else ''} to your cart."


def set_quantity(product: str, quantity: Annotated[int, Integer(1, 99)]) -> str:
    """Change how many of a product that is already in the cart are ordered.

    Args:
        product: The product in the cart.
        quantity: How many of it there should be from now on.
    """
    name = _in_cart(product)
    if name is None:
        return f"There is no {product} in your cart."
    CART[name]["quantity"] = quantity
    return f"Your cart now has {quantity} x {name}."


def remove_from_cart(products: list[str]) -> str:
    """Take one or more products out of the shopping cart.

    Args:
        products: The products to take out.
    """
    gone = [name for name in map(_in_cart, products) if name is not None]
    for name in gone:
        CART.pop(name, None)
    return f"Removed from your cart: {', '.join(gone)}." if gone else f"None of these is in your cart: {', '.join(products)}."


def show_cart(currency: Literal["USD", "EUR", "GBP"] = "USD") -> str:
    """Show what is in the shopping cart and what it costs altogether.

    Args:
        currency: The currency of the total.
    """
    lines = ", ".join(f"{line['quantity']} x {name}" for name, line in CART.items()) or "nothing"
    return f"In your cart: {lines}. Total: {_total() * RATES[currency]:.2f} {currency}."


def apply_coupon(code: str) -> str:
    """Apply a coupon, voucher or promo code to the cart.

    Args:
        code: The code as it is written on the coupon.
    """
    if code.upper() not in COUPONS:
        return f"The code {code} is not valid."
    if code.upper() not in ACTIVE_COUPONS:
        ACTIVE_COUPONS.append(code.upper())
    return f"{COUPONS[code.upper()]} % off with {code.upper()}. New total: {_total():.2f} USD."


def checkout(
    shipping: Literal["standard", "express", "pickup"] = "standard",
    delivery_date: datetime.date | None = None,
    courier_note: str | None = None,
    phone: Annotated[str, PhoneNumber()] | None = None,
) -> str:
    """Order and pay for everything in the cart.

    Args:
        shipping: How the order is sent; pickup means that the customer collects it at a store.
        delivery_date: The day on which it should arrive.
        courier_note: What the courier should know or do.
        phone: The number that the courier can call.
    """
    if not CART:
        return "Your cart is empty."
    number = max(ORDERS) + 1
    ORDERS[number] = {"status": "being packed", "day": delivery_date, "shipping": shipping, "note": courier_note, "phone": phone, "items": dict(CART)}
    total = _total()
    CART.clear()
    ACTIVE_COUPONS.clear()
    return f"Order {number} is placed ({shipping}): {total:.2f} USD."


def order_status(order_number: int) -> str:
    """Tell where an order is and when it will arrive.

    Args:
        order_number: The number of the order.
    """
    order = ORDERS.get(order_number)
    if order is None:
        return f"There is no order {order_number}."
    return f"Order {order_number} is {order['status']}" + (f" and arrives on {order['day']}." if order["day"] else ".")


def return_item(
    order_number: int,
    product: str,
    reason: Literal["damaged", "wrong_item", "wrong_size", "not_as_described", "changed_mind"] = "changed_mind",
    outcome: Literal["refund", "exchange", "store_credit"] = "refund",
) -> str:
    """Start the return of a product from an order that has arrived.

    Args:
        order_number: The number of the order.
        product: The product that goes back.
        reason: Why it goes back.
        outcome: What the customer gets for it.
    """
    RETURNS.append({"order": order_number, "product": product, "reason": reason, "outcome": outcome})
    return f"Return {len(RETURNS)}: {product} from order {order_number} ({reason.replace('_', ' ')}), {outcome.replace('_', ' ')}."


def notify_in_stock(product: str, size: str | None = None, email: Annotated[str, Email()] | None = None) -> str:
    """Send the customer a message as soon as a sold-out product is in stock again.

    Args:
        product: The product to wait for.
        size: The size to wait for.
        email: The address for the message, if not the one of the account.
    """
    STOCK_ALERTS.append({"product": product, "size": size, "email": email})
    return f"We will tell you when {product}{f' in size {size}' if size else ''} is back."


def reschedule_delivery(order_number: int, day: datetime.date, earliest: datetime.time | None = None) -> str:
    """Move the delivery of a placed order to another day.

    Args:
        order_number: The number of the order.
        day: The new day of the delivery.
        earliest: The time before which nobody should come.
    """
    order = ORDERS.setdefault(order_number, {"status": "on its way", "day": None})
    order["day"], order["earliest"] = day, earliest
    return f"Order {order_number} will come on {day}{f', not before {earliest:%H:%M}' if earliest else ''}."
