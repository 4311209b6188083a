"""The kinds of values that arguments have, one class each."""

from octocall.types.base import NEXT, START, STOP, Context, Sample, Type
from octocall.types.contact import Email, Language, PhoneNumber
from octocall.types.number import Duration, Integer, Number
from octocall.types.temporal import Date, DateTime, TimeOfDay
from octocall.types.text import Boolean, Choice, Text

__all__ = [
    "NEXT",
    "START",
    "STOP",
    "Boolean",
    "Choice",
    "Context",
    "Date",
    "DateTime",
    "Duration",
    "Email",
    "Integer",
    "Language",
    "Number",
    "PhoneNumber",
    "Sample",
    "Text",
    "TimeOfDay",
    "Type",
]
