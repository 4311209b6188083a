"""A simulated Yelp: what the functions of ``catalogs/yelp.py`` do, over a directory that is made up from place and term."""

from __future__ import annotations

import re
import sqlite3
from datetime import date as day_of
from typing import Any, NamedTuple

from octocall.devices.simulated import LOOKUPS, Answer, Simulated, made_up, plain
from octocall.devices.store import insert
from octocall.errors import DeviceError

_TABLES = {
    "saved": "business TEXT, collection TEXT, saved_at TEXT",
    "businesses": "name TEXT, location TEXT, phone TEXT",
    "events": "name TEXT, location TEXT, category TEXT, weekday INTEGER",
    **LOOKUPS,
}
_QUESTIONS = {
    "search_businesses": {"term": "What are you looking for?", "location": "Where should I look?"},
    "search_by_phone": {"phone": "Which phone number should I look up?"},
    "find_delivery": {"location": "Where should the food be delivered?"},
    "get_business_details": {"business": "Which business do you mean?"},
    "get_reviews": {"business": "Which business should the reviews be about?"},
    "search_events": {"location": "Where should I look for events?"},
    "get_event_details": {"event": "Which event do you mean?"},
    "get_featured_event": {"location": "Which city should the event be in?"},
    "save_business": {"business": "Which business should I save?"},
}
_OWNERS = ("Luna", "Marco", "Ada", "Hannah", "Ortega", "Kim", "Delgado", "Petra", "Osei", "Murphy", "Yuki", "Farah", "Novak", "Bea", "Theo", "Ines")
_LOOKS = ("Golden", "Old Town", "Corner", "Blue Door", "Copper", "Little", "Riverside", "Sunny", "Green Lantern", "Northside", "Two Sisters", "Union")
_STREETS = ("Main Street", "Oak Avenue", "Market Street", "Mill Road", "2nd Street", "Harbor Drive", "Station Street", "Elm Street")
_AREAS = (206, 212, 303, 312, 415, 503, 512, 617)
_PRICES = ("$", "$$", "$$$", "$$$$")
_PRAISE = {
    5: ("would come back tomorrow", "best in town", "everyone was lovely"), 4: ("good, and fair for the price", "a little slow, worth it"),
    3: ("all right", "nothing special, nothing wrong"), 2: ("we waited a long time", "used to be better"), 1: ("never again", "they forgot us"),
}  # fmt: skip
_EVENTS = {
    "music": "Jazz Night", "food": "Street Food Market", "sports": "City Run", "festivals": "Lantern Festival", "arts": "Gallery Walk",
    "film": "Open-Air Cinema", "charities": "Charity Bazaar", "kids": "Puppet Theatre", "nightlife": "Rooftop Party",
}  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CANDIDATES, _SHOWN, _REVIEWS = 12, 3, 20


class _Business(NamedTuple):
    name: str
    location: str
    phone: str
    address: str
    rating: float
    reviews: int
    price: str
    opens: int
    closes: int
    miles: float

    @property
    def facts(self) -> str:
        return f"{self.rating:g} stars, {self.reviews} reviews, {self.price}, {self.miles:g} miles away"


class _Event(NamedTuple):
    name: str
    location: str
    category: str
    weekday: int

    @property
    def dollars(self) -> int:
        return (0, 0, 5, 12, 18, 25, 40)[made_up(self.name, self.location, "fee")[0] % 7]

    @property
    def long(self) -> str:
        venue, hour = made_up(self.name, self.location, "venue")[:2]
        fee = f"${self.dollars}" if self.dollars else "free"
        place = f"{1 + venue} {_STREETS[venue % len(_STREETS)]}{_comma(self.location)}"
        return f"“{self.name}” ({self.category}), every {_WEEKDAYS[self.weekday]} at {11 + hour % 10}:00, {place}, {fee}"


class Yelp(Simulated):
    """The simulated directory. What it has shown once it knows again, by name and by number."""

    catalog, title = "yelp", "Yelp"
    tables, questions = _TABLES, _QUESTIONS

    # The functions of the catalog ------------------------------------------------------------

    def search_businesses(self, term: str, location: str, price: str | None = None, open_now: bool = False, sort_by: str = "best_match") -> Answer:
        hour = self._clock().hour
        found = [b for b in _directory(term, location) if price in (None, b.price) and (not open_now or b.opens <= hour < b.closes)]
        match sort_by:
            case "rating":
                found.sort(key=lambda b: -b.rating)
            case "review_count":
                found.sort(key=lambda b: -b.reviews)
            case "distance":
                found.sort(key=lambda b: b.miles)
        limits = f"{'' if price is None else f', {price}'}{', open now' if open_now else ''}"
        if not found:
            raise DeviceError(f"nothing was found for “{term}” in {location}{limits} (simulated); ask with fewer wishes, or for another place")
        return self._shown("search_businesses", f"{term} in {location}{limits}", found[:_SHOWN])

    def search_by_phone(self, phone: str) -> Answer:
        with self._transaction() as db:
            known = [row for row in self._rows(db, "businesses") if row["phone"] == phone]
            name, location = (known[-1]["name"], known[-1]["location"]) if known else (_name("shop", *made_up(phone)[:3]), "")
            _remember(db, "businesses", name=name, location=location, phone=phone)
            return self._noted(db, "search_by_phone", phone, f"{phone} is the number of “{name}”{_comma(location)}", name)

    def find_delivery(self, location: str, term: str | None = None) -> Answer:
        found = sorted(_directory(term or "kitchen", location), key=lambda b: b.miles)
        return self._shown("find_delivery", f"{term or 'Food'} delivered to {location}", found[:_SHOWN])

    def get_business_details(self, business: str, location: str | None = None) -> Answer:
        with self._transaction() as db:
            found = self._business(db, business, location)
            _remember(db, "businesses", name=found.name, location=found.location, phone=found.phone)
            text = f"“{found.name}”, {found.address}{_comma(found.location)}: {found.phone}, open {found.opens}:00 to {found.closes}:00, {found.facts}"
            return self._noted(db, "get_business_details", business, text)

    def get_reviews(self, business: str, sort_by: str = "newest", limit: int = 3) -> Answer:
        with self._transaction() as db:
            found = self._business(db, business)
            reviews = sorted(_reviews(found), key=lambda review: {"newest": review[0], "highest": -review[1], "lowest": review[1]}[sort_by])
            shown = "; ".join(f"{stars} of 5, {days} days ago, {author}: “{text}”" for days, stars, author, text in reviews[:limit])
            return self._noted(db, "get_reviews", f"{business} ({sort_by})", f"Reviews of “{found.name}”{_comma(found.location)}: {shown}")

    def search_events(self, location: str, category: str | None = None, date: str | None = None, free: bool = False) -> Answer:
        weekday = None if date is None else day_of.fromisoformat(date).weekday()
        found = [e for e in _programme(location) if category in (None, e.category) and weekday in (None, e.weekday) and not (free and e.dollars)]
        wanted = f"{'free ' if free else ''}{category + ' ' if category else ''}events in {location}{f' on {date}' if date else ''}"
        if not found:
            raise DeviceError(f"there are no {wanted} (simulated); ask with fewer wishes, or for another day")
        with self._transaction() as db:
            for event in reversed(found[:_SHOWN]):  # of two with one name the first is then the latest
                _remember(db, "events", **event._asdict())
            text = f"{wanted[0].upper()}{wanted[1:]}: {'; '.join(event.long for event in found[:_SHOWN])}"
            return self._noted(db, "search_events", wanted, text, found[0].name)

    def get_event_details(self, event: str) -> Answer:
        with self._transaction() as db:
            known = [_Event(**row) for row in self._rows(db, "events") if plain(row["name"]) == plain(event)]
            kind, weekday = made_up(event, "event")[:2]
            found = known[-1] if known else _Event(event, "", tuple(_EVENTS)[kind % len(_EVENTS)], weekday % 7)
            return self._noted(db, "get_event_details", event, found.long)

    def get_featured_event(self, location: str) -> Answer:
        programme = _programme(location)
        event = programme[made_up(location, "featured")[0] % len(programme)]
        with self._transaction() as db:
            _remember(db, "events", **event._asdict())
            return self._noted(db, "get_featured_event", location, f"Recommended in {location}: {event.long}", event.name)

    def save_business(self, business: str, collection: str = "favorites") -> Answer:
        with self._transaction() as db:
            found = self._business(db, business)
            if any(plain(row["business"]) == plain(found.name) and plain(row["collection"]) == plain(collection) for row in self._rows(db, "saved")):
                return f"“{found.name}” was in the collection {collection} already (simulated)", None
            insert(db, "saved", business=found.name, collection=collection, saved_at=self._now())
        return f"Saved “{found.name}” in the collection {collection} (simulated)", None

    def irrelevant_function(self) -> Answer:
        raise DeviceError("nothing on Yelp does what was asked; ask for one of its functions")

    def _shown(self, function: str, wanted: str, found: list[_Business]) -> Answer:
        with self._transaction() as db:
            for business in reversed(found):
                _remember(db, "businesses", name=business.name, location=business.location, phone=business.phone)
            text = f"{wanted[0].upper()}{wanted[1:]}: {'; '.join(f'“{business.name}” ({business.facts})' for business in found)}"
            return self._noted(db, function, wanted, text, found[0].name)

    def _business(self, db: sqlite3.Connection, name: str, location: str | None = None) -> _Business:
        """The business of a name: the one shown last, else one made up."""
        for row in reversed(self._rows(db, "businesses")):
            if plain(row["name"]) == plain(name) and (location is None or plain(row["location"]) == plain(location)):
                return _made_up(row["name"], row["location"])._replace(phone=row["phone"])
        return _made_up(name, location or "")


def _remember(db: sqlite3.Connection, table: str, **row: Any) -> None:
    """Makes a row the latest of its table, where it stands once."""
    db.execute(f"DELETE FROM {table} WHERE ({', '.join(row)}) = ({', '.join('?' * len(row))})", tuple(row.values()))
    insert(db, table, **row)


def _directory(term: str, location: str) -> list[_Business]:
    """The businesses of a place for a term, the best match first."""
    names = (_name(term, *made_up(term, location, str(number))[:3]) for number in range(_CANDIDATES))
    return [_made_up(name, location) for name in dict.fromkeys(names)]


def _name(term: str, form: int, first: int, second: int) -> str:
    words = re.sub(r"^(?:a|an|the|some)\s+", "", plain(term)).split()
    what = " ".join(word[:1].upper() + word[1:] for word in words) if 0 < len(words) <= 3 else "Place"
    owner, look = _OWNERS[first % len(_OWNERS)], _LOOKS[second % len(_LOOKS)]
    return (f"{owner}'s {what}", f"{look} {what}", f"{look} {what} by {owner}", f"{what} {owner} & Co.")[form % 4]


def _made_up(name: str, location: str) -> _Business:
    seed = made_up(name, location, "business")
    phone = f"+1{_AREAS[seed[0] % len(_AREAS)]}55501{seed[1] % 100:02d}"
    return _Business(
        name, location, phone, f"{1 + seed[2]} {_STREETS[seed[3] % len(_STREETS)]}", 2.5 + seed[4] % 6 / 2, 8 + 3 * seed[5],
        _PRICES[seed[6] % 4], 7 + seed[7] % 5, 17 + seed[8] % 7, 0.2 + seed[9] % 70 / 10,
    )  # fmt: skip


def _reviews(business: _Business) -> list[tuple[int, int, str, str]]:
    """Days ago, stars, author and words of each review."""
    found = []
    for number in range(_REVIEWS):
        days, better, author, text = made_up(business.name, business.location, "review", str(number))[:4]
        stars = min(5, max(1, round(business.rating) + better % 3 - 1))
        found.append((1 + days + number, stars, _OWNERS[author % len(_OWNERS)], _PRAISE[stars][text % len(_PRAISE[stars])]))
    return found


def _programme(location: str) -> list[_Event]:
    """The weekly events of a place, in an order of its own."""
    events = [
        _Event(f"{_LOOKS[made_up(location, category, str(weekday), str(number))[0] % len(_LOOKS)]} {noun}", location, category, weekday)
        for category, noun in _EVENTS.items() for weekday in range(7) for number in range(2)
    ]  # fmt: skip
    return sorted(dict.fromkeys(events), key=lambda event: made_up(event.name, location, str(event.weekday)))


def _comma(location: str) -> str:
    return f", {location}" if location else ""
