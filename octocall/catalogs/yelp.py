"""Nine functions after the public Yelp Fusion API: businesses, reviews, events."""

from __future__ import annotations

from typing import Annotated, Literal

from octocall.types import Date, Integer, PhoneNumber


def search_businesses(
    term: str,
    location: str,
    price: Literal["$", "$$", "$$$", "$$$$"] | None = None,
    open_now: bool = False,
    sort_by: Literal["best_match", "rating", "review_count", "distance"] = "best_match",
) -> str:
    """Finds businesses by what they offer and where they are: restaurants, shops, services.

    Args:
        term: what is looked for, such as tacos, a barber, dog grooming
        location: the city, neighbourhood or address
        price: how expensive, from $ (cheap) to $$$$ (very expensive)
        open_now: whether only those that are open now count
        sort_by: what comes first
    """


def search_by_phone(phone: Annotated[str, PhoneNumber()]) -> str:
    """Tells which business has a phone number.

    Args:
        phone: the number
    """


def find_delivery(location: str, term: str | None = None) -> str:
    """Finds restaurants that deliver food to a place.

    Args:
        location: where the food is delivered
        term: the kind of food
    """


def get_business_details(business: str, location: str | None = None) -> str:
    """Tells the address, phone number, opening hours and rating of one business.

    Args:
        business: the name of the business
        location: the city it is in
    """


def get_reviews(business: str, sort_by: Literal["newest", "highest", "lowest"] = "newest", limit: Annotated[int, Integer(1, 20)] = 3) -> str:
    """Reads what customers write about one business.

    Args:
        business: the name of the business
        sort_by: which reviews come first
        limit: how many reviews
    """


def search_events(
    location: str,
    category: Literal["music", "food", "sports", "festivals", "arts", "film", "charities", "kids", "nightlife"] | None = None,
    date: Annotated[str | None, Date()] = None,
    free: bool = False,
) -> str:
    """Finds events in a place: concerts, festivals, tastings, markets.

    Args:
        location: the city or neighbourhood
        category: the kind of event
        date: the day of the event
        free: whether only events without a fee count
    """


def get_event_details(event: str) -> str:
    """Tells when and where one event takes place and what it costs.

    Args:
        event: the name of the event
    """


def get_featured_event(location: str) -> str:
    """Tells the one event that is recommended in a place.

    Args:
        location: the city
    """


def save_business(business: str, collection: str = "favorites") -> None:
    """Bookmarks a business in a collection.

    Args:
        business: the name of the business
        collection: the name of the collection
    """


def irrelevant_function() -> None:
    """Nothing of the above: small talk, knowledge, cooking, and wishes that none of these can fulfil, such as paying or complaining."""
