"""The 20 functions of an Android phone, in the token order of Octopus v2, and one for the rest."""

from __future__ import annotations

from typing import Annotated, Literal

from octocall.types import DateTime, Duration, Email, Integer, Language, Number, PhoneNumber, TimeOfDay


def take_a_photo(camera: Literal["front", "back"] = "back") -> str:
    """Takes a photo with one of the phone's cameras and saves it; a selfie uses the front camera.

    Args:
        camera: which camera takes the picture
    """


def get_trending_news(query: str, language: Annotated[str, Language()] = "en") -> str:
    """Fetches the latest news headlines about a topic.

    Args:
        query: the topic of the news
        language: the language the articles are written in
    """


def get_weather_forecast(location: str) -> str:
    """Tells the weather forecast of a place: rain, sun, wind and temperature outside.

    Args:
        location: the city or region
    """


def send_email(recipient: Annotated[str, Email()], title: str, content: str) -> None:
    """Writes an e-mail and sends it to an address.

    Args:
        recipient: the e-mail address it goes to
        title: the subject line
        content: the body of the mail
    """


def search_youtube_videos(query: str) -> str:
    """Searches YouTube for videos, clips or tutorials.

    Args:
        query: what the videos are about
    """


def find_route_google_maps(origin: str, destination: str, mode: Literal["driving", "walking", "bicycling", "transit"] = "driving") -> str:
    """Finds the way from one place to another on Google Maps, by car, on foot, by bike or by public transport.

    Args:
        origin: where the trip starts
        destination: where the trip ends
        mode: the means of transport
    """


def check_nest_smoke_detector_status() -> str:
    """Checks the state of the Nest smoke and carbon monoxide detector at home: alarm, battery, all clear."""


def send_text_message(contact_name: str, message: str) -> None:
    """Sends a text message (SMS) to a person in the contacts.

    Args:
        contact_name: the person who gets the message
        message: what the message says
    """


def make_phone_call(phone_number: Annotated[str, PhoneNumber()]) -> None:
    """Dials a phone number and starts a call.

    Args:
        phone_number: the number to dial
    """


def create_contact(name: str, phone_number: Annotated[str, PhoneNumber()]) -> None:
    """Saves a new person or business with a phone number in the address book.

    Args:
        name: the name of the contact
        phone_number: the number of the contact
    """


def set_timer_alarm(time: Annotated[str, TimeOfDay()], label: str = "alarm") -> None:
    """Sets an alarm clock, a wake-up call, a reminder or a timer that rings at a time of day.

    Args:
        time: when it rings
        label: what it is for
    """


def change_screen_brightness(level: Annotated[int, Integer(0, 10)]) -> None:
    """Makes the screen of the phone brighter or dimmer.

    Args:
        level: the brightness from 0 (darkest) to 10 (brightest)
    """


def create_calendar_event(
    title: str,
    start_time: Annotated[str, DateTime()],
    end_time: Annotated[str | None, DateTime(after="start_time", minutes=60)] = None,
) -> None:
    """Adds an appointment, meeting or event to the calendar.

    Args:
        title: what the event is
        start_time: the date and time it begins
        end_time: the date and time it ends, one hour after the beginning if not given
    """


def set_volume(level: Annotated[int, Integer(0, 10)], volume_type: Literal["ring", "media", "alarm"]) -> None:
    """Sets the loudness of the ringtone, of music and videos, or of the alarm.

    Args:
        level: the volume from 0 (silent) to 10 (loudest)
        volume_type: which sound: ring for calls and notifications, media for music, video and games, alarm
    """


def connect_to_bluetooth_device(device_name: str, timeout: Annotated[int, Duration()] = 10) -> None:
    """Connects or pairs the phone with a Bluetooth device such as headphones, a speaker or a car.

    Args:
        device_name: the name of the device
        timeout: how many seconds to try
    """


def enable_do_not_disturb(enabled: bool) -> None:
    """Switches the do-not-disturb mode on or off, so that nothing rings or pops up.

    Args:
        enabled: whether it is on
    """


def set_nest_temperature(target_temperature: Annotated[float, Number(50, 90, "fahrenheit")]) -> None:
    """Sets the Nest thermostat that heats or cools the home.

    Args:
        target_temperature: the temperature in degrees Fahrenheit
    """


def play_music_on_nest_hub(music_service: str, music_name: str) -> None:
    """Plays a song, artist, album or playlist on the Nest Hub speaker at home.

    Args:
        music_service: the streaming service, such as Spotify
        music_name: what to play
    """


def play_video_on_nest_hub(video_service: str, video_name: str) -> None:
    """Plays a film, series or video on the Nest Hub screen at home.

    Args:
        video_service: the streaming service, such as Netflix
        video_name: what to watch
    """


def open_or_lock_door(status: Literal["open", "lock"]) -> None:
    """Unlocks or locks the front door of the home.

    Args:
        status: open to unlock the door, lock to lock it
    """


def irrelevant_function() -> None:
    """Nothing else here can do what was asked: small talk, questions of knowledge, other devices and services."""
