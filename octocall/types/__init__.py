"""The kinds of values that arguments have, one class each."""

from octocall.types.base import NEXT, START, STOP, Context, Sample, Type
from octocall.types.composite import ABSENT, MISSING, OPEN, Anything, Dictionary, Field, List, Record, suggested
from octocall.types.contact import Email, Language, PhoneNumber
from octocall.types.iso import IsoDateTime, IsoTime
from octocall.types.limited import Limited
from octocall.types.number import Duration, Integer, Number
from octocall.types.places import read
from octocall.types.temporal import Date, DateTime, TimeOfDay
from octocall.types.text import Boolean, Choice, Text

__all__ = [
    "ABSENT",
    "MISSING",
    "NEXT",
    "OPEN",
    "START",
    "STOP",
    "Anything",
    "Boolean",
    "Choice",
    "Context",
    "Date",
    "DateTime",
    "Dictionary",
    "Duration",
    "Email",
    "Field",
    "Integer",
    "IsoDateTime",
    "IsoTime",
    "Language",
    "Limited",
    "List",
    "Number",
    "PhoneNumber",
    "Record",
    "Sample",
    "Text",
    "TimeOfDay",
    "Type",
    "read",
    "suggested",
]
