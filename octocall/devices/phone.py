"""A simulated phone: what the functions of ``catalogs/android.py`` do, kept in one SQLite file."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

from octocall.devices.simulated import LOOKUPS, Answer, Simulated, made_up, moment
from octocall.devices.store import insert
from octocall.errors import DeviceError

_TABLES = {
    "photos": "file TEXT, camera TEXT, taken_at TEXT",
    "messages": "contact TEXT, number TEXT, text TEXT, sent_at TEXT",
    "mails": "recipient TEXT, title TEXT, content TEXT, sent_at TEXT",
    "calls": "number TEXT, contact TEXT, called_at TEXT",
    "contacts": "name TEXT, number TEXT",
    "alarms": "time TEXT, label TEXT",
    "events": "title TEXT, start_time TEXT, end_time TEXT",
    **LOOKUPS,
}
_SETTINGS = {
    "volume_ring": 5, "volume_media": 5, "volume_alarm": 5, "brightness": 5, "do_not_disturb": False,
    "thermostat_fahrenheit": 70.0, "door": "locked", "bluetooth_device": None, "music": None, "video": None,
}  # fmt: skip
_QUESTIONS = {
    "get_trending_news": {"query": "Which topic should the news be about?"},
    "get_weather_forecast": {"location": "Which place should I get the weather for?"},
    "send_email": {"recipient": "Which address should the e-mail go to?", "title": "What is the subject of the e-mail?",
                   "content": "What should the e-mail say?"},
    "search_youtube_videos": {"query": "What should the videos be about?"},
    "find_route_google_maps": {"origin": "Where does the trip start?", "destination": "Where does the trip end?"},
    "send_text_message": {"contact_name": "Who should get the message?", "message": "What should the message say?"},
    "make_phone_call": {"phone_number": "Which number should I call?"},
    "create_contact": {"name": "What is the name of the contact?", "phone_number": "What is the contact's number?"},
    "set_timer_alarm": {"time": "When should it ring?"},
    "change_screen_brightness": {"level": "How bright should the screen be, from 0 to 10?"},
    "create_calendar_event": {"title": "What should the event be called?", "start_time": "When does the event start?"},
    "set_volume": {"level": "How loud should it be, from 0 to 10?",
                   "volume_type": "Which volume should I set: ring, media or alarm?"},
    "connect_to_bluetooth_device": {"device_name": "Which Bluetooth device should I connect to?"},
    "enable_do_not_disturb": {"enabled": "Should do-not-disturb be on or off?"},
    "set_nest_temperature": {"target_temperature": "Which temperature should I set, in degrees Fahrenheit?"},
    "play_music_on_nest_hub": {"music_service": "Which music service should I use?",
                               "music_name": "Which music should I play?"},
    "play_video_on_nest_hub": {"video_service": "Which video service should I use?",
                               "video_name": "Which video should I play?"},
    "open_or_lock_door": {"status": "Should I unlock the door or lock it?"},
}  # fmt: skip


class Phone(Simulated):
    """The simulated phone; what a real one would ask the network for is made up."""

    catalog, title = "android", "phone"
    tables, settings, questions = _TABLES, _SETTINGS, _QUESTIONS

    def _risk(self, name: str, given: dict[str, Any]) -> str | None:
        match name:
            case "make_phone_call":
                with self._transaction() as db:
                    return f"Call {_who(_name_of(db, given['phone_number']), given['phone_number'])}?"
            case "send_text_message":
                return f"Send {given['contact_name']} the message “{given['message']}”?"
            case "send_email":
                return f"Send {given['recipient']} the e-mail “{given['title']}”: “{given['content']}”?"
            case "open_or_lock_door" if given["status"] == "open":
                return "Unlock the front door?"
        return None

    # The functions of the catalog ------------------------------------------------------------

    def take_a_photo(self, camera: str = "back") -> Answer:
        with self._transaction() as db:
            number = insert(db, "photos", camera=camera, taken_at=self._now())
            file = f"IMG_{number:04d}.jpg"
            db.execute("UPDATE photos SET file = ? WHERE id = ?", (file, number))
        return f"Took {file} with the {camera} camera", file

    def get_trending_news(self, query: str, language: str = "en") -> Answer:
        first, second = made_up(query, language, "news")[:2]
        verbs = ("draws new interest", "is in the headlines", "surprises experts", "divides opinion")
        text = f"“{query} {verbs[first % 4]}”, “Five things to know about {query}”, {1 + second % 23} hours old"
        return self._look_up("get_trending_news", f"{query} ({language})", f"News about {query} ({language}): {text}")

    def get_weather_forecast(self, location: str) -> Answer:
        sky, warmth, wind = made_up(location, "weather")[:3]
        skies = ("sunny", "partly cloudy", "cloudy", "light rain", "heavy rain", "thunderstorms", "fog", "windy")
        text = f"{skies[sky % 8]}, {40 + warmth % 50} °F, wind {wind % 25} mph"
        return self._look_up("get_weather_forecast", location, f"Weather in {location}: {text}")

    def send_email(self, recipient: str, title: str, content: str) -> Answer:
        with self._transaction() as db:
            insert(db, "mails", recipient=recipient, title=title, content=content, sent_at=self._now())
        return f"Sent the e-mail “{title}” to {recipient}", None

    def search_youtube_videos(self, query: str) -> Answer:
        minutes, views = made_up(query, "videos")[:2]
        text = f"“{query} explained” ({1 + minutes % 40} min), “The best of {query}” ({1 + views} thousand views)"
        return self._look_up("search_youtube_videos", query, f"Videos about {query}: {text}")

    def find_route_google_maps(self, origin: str, destination: str, mode: str = "driving") -> Answer:
        miles = 1 + made_up(origin, destination, "route")[0] % 40
        speed = {"walking": 3, "bicycling": 10, "transit": 18}.get(mode, 30)
        text = f"{miles} miles, about {max(1, round(60 * miles / speed))} minutes"
        asked = f"{origin} to {destination} ({mode})"
        return self._look_up("find_route_google_maps", asked, f"Route from {asked}: {text}")

    def check_nest_smoke_detector_status(self) -> Answer:
        battery = 60 + made_up("smoke detector")[0] % 40
        text = f"Smoke detector: no smoke, no carbon monoxide, battery {battery} %"
        return self._look_up("check_nest_smoke_detector_status", "", text)

    def send_text_message(self, contact_name: str, message: str) -> Answer:
        with self._transaction() as db:
            known = db.execute("SELECT name, number FROM contacts ORDER BY id DESC").fetchall()
            number = next((n for name, n in known if name.casefold() == contact_name.strip().casefold()), None)
            insert(db, "messages", contact=contact_name, number=number, text=message, sent_at=self._now())
        who = _who(contact_name, number) if number else f"{contact_name} (no number in the contacts)"
        return f"Sent {who} the message “{message}”", None

    def make_phone_call(self, phone_number: str) -> Answer:
        with self._transaction() as db:
            contact = _name_of(db, phone_number)
            insert(db, "calls", number=phone_number, contact=contact, called_at=self._now())
        return f"Called {_who(contact, phone_number)}", None

    def create_contact(self, name: str, phone_number: str) -> Answer:
        with self._transaction() as db:
            if db.execute("SELECT 1 FROM contacts WHERE (name, number) = (?, ?)", (name, phone_number)).fetchone():
                return f"{_who(name, phone_number)} was in the contacts already", None
            insert(db, "contacts", name=name, number=phone_number)
        return f"Saved {_who(name, phone_number)}", None

    def set_timer_alarm(self, time: str, label: str = "alarm") -> Answer:
        with self._transaction() as db:
            insert(db, "alarms", time=time, label=label)
        return f"Set “{label}” for {time}", None

    def change_screen_brightness(self, level: int) -> Answer:
        return self._set(f"Screen brightness is {level} of 10", brightness=level)

    def create_calendar_event(self, title: str, start_time: str, end_time: str | None = None) -> Answer:
        start = moment(start_time)
        end = moment(end_time) if end_time is not None else start + timedelta(hours=1)
        if end <= start:
            raise DeviceError(f"“{title}” was given an end, {end_time}, that is not after its start, {start_time};"
                              " a later end is expected")  # fmt: skip
        begin, until = (f"{time:%Y-%m-%d-%H-%M}" for time in (start, end))
        with self._transaction() as db:
            overlap = "SELECT title FROM events WHERE start_time < ? AND end_time > ? ORDER BY start_time, id"
            clashes = [f"“{row[0]}”" for row in db.execute(overlap, (until, begin))]
            insert(db, "events", title=title, start_time=begin, end_time=until)
        until = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%Y-%m-%d %H:%M}"
        clash = f"; conflicts with {', '.join(clashes)}" if clashes else ""
        return f"Added “{title}” from {start:%Y-%m-%d %H:%M} to {until}{clash}", None

    def set_volume(self, level: int, volume_type: str) -> Answer:
        return self._set(f"The {volume_type} volume is {level} of 10", **{f"volume_{volume_type}": level})

    def connect_to_bluetooth_device(self, device_name: str, timeout: int = 10) -> Answer:
        seconds = 1 + made_up(device_name, "bluetooth")[0] % 3
        if seconds > timeout:
            raise DeviceError(f"{device_name} did not answer within {timeout} s (simulated); allow it {seconds} s")
        return self._set(f"Connected to {device_name} after {seconds} s (simulated)", bluetooth_device=device_name)

    def enable_do_not_disturb(self, enabled: bool) -> Answer:
        return self._set(f"Do-not-disturb is {'on' if enabled else 'off'}", do_not_disturb=enabled)

    def set_nest_temperature(self, target_temperature: float) -> Answer:
        sentence = f"The thermostat is set to {target_temperature:g} °F"
        return self._set(sentence, thermostat_fahrenheit=target_temperature)

    def play_music_on_nest_hub(self, music_service: str, music_name: str) -> Answer:
        music = f"{music_name} on {music_service}"
        return self._set(f"The Nest Hub plays {music}", music=music)

    def play_video_on_nest_hub(self, video_service: str, video_name: str) -> Answer:
        video = f"{video_name} on {video_service}"
        return self._set(f"The Nest Hub shows {video}", video=video)

    def open_or_lock_door(self, status: str) -> Answer:
        door = "unlocked" if status == "open" else "locked"
        return self._set(f"The front door is {door}", door=door)

    def irrelevant_function(self) -> Answer:
        raise DeviceError("nothing on the phone does what was asked; ask for one of its functions")


def _name_of(db: sqlite3.Connection, number: str) -> str | None:
    row = db.execute("SELECT name FROM contacts WHERE number = ? ORDER BY id DESC", (number,)).fetchone()
    return None if row is None else str(row[0])


def _who(name: str | None, number: str) -> str:
    return f"{name} ({number})" if name else number
