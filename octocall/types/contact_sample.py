"""Random phone numbers and e-mail addresses in the ways people write and dictate them."""

from __future__ import annotations

import random

from octocall.types.base import Sample

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_ABROAD = (("44", (2, 4, 4), "20"), ("44", (4, 6), "7911"), ("33", (1, 2, 2, 2, 2), "6"), ("49", (3, 4, 4), "151"), ("34", (3, 3, 3), "612"),
           ("61", (1, 4, 4), "2"), ("91", (5, 5), "98765"), ("81", (2, 4, 4), "90"), ("39", (3, 3, 4), "347"), ("52", (2, 4, 4), "55"))  # fmt: skip
_NAMES = ("jo", "mary", "lee", "ahmed", "chen", "sofia", "raj", "emma", "li", "tom", "sara", "kofi", "yuki", "ivan", "nina", "omar", "bianca",
          "smith", "garcia", "oconnor", "patel", "muller", "kim", "nguyen", "rossi", "info", "support", "billing", "hr", "team", "sales", "office")  # fmt: skip
_HOSTS = ("gmail.com", "yahoo.com", "outlook.com", "example.com", "company.org", "school.edu", "icloud.com", "work.co.uk", "acme.io", "mail.net",
          "startup.dev", "hospital.org", "uni-bonn.de", "corp.com", "studio.design", "protonmail.com")  # fmt: skip


def _say(digits: str, rng: random.Random) -> str:
    zero = rng.choice(("zero", "oh"))
    words = [zero if d == "0" else _WORDS[int(d)] for d in digits]
    if rng.random() < 0.1:
        for i in range(len(words) - 1):
            if words[i] == words[i + 1] and words[i] != "double" and (i == 0 or words[i - 1] != "double"):
                return " ".join([*words[:i], "double", words[i], *words[i + 2 :]])
    return " ".join(words)


def sample_phone_number(rng: random.Random) -> Sample:
    """A number of the US (four in five) or abroad, written or dictated."""
    if rng.random() < 0.15:
        return _abroad(rng)
    area = str(rng.choice((201, 202, 206, 212, 213, 303, 305, 310, 312, 404, 408, 415, 503, 510, 512, 602, 617, 646, 650, 702, 713, 718, 773, 818, 832, 917)))
    exchange = "555" if rng.random() < 0.6 else f"{rng.randint(2, 9)}{rng.randint(0, 9)}{rng.randint(2, 9)}"
    line = f"{rng.randint(0, 9999):04d}"
    groups = [area, exchange, line]
    if rng.random() < 0.25:
        gap = rng.choice((" ", " ", ", "))
        said = gap.join(_say(group, rng) for group in groups)
        if rng.random() < 0.2:
            said = rng.choice(("plus one ", "one ")) + said
        elif rng.random() < 0.2:
            said = f"{_say(area, rng)} {exchange} {line}"
        return Sample(said, "+1" + "".join(groups))
    form = rng.choice(("{0}-{1}-{2}", "{0}-{1}-{2}", "({0}) {1}-{2}", "{0} {1} {2}", "{0}.{1}.{2}", "{0}{1}{2}", "({0}){1}-{2}", "{0}/{1}-{2}"))
    prefix = rng.choice(("", "", "", "+1 ", "+1", "1-", "+1-", "1 "))
    return Sample(prefix + form.format(*groups), "+1" + "".join(groups))


def _abroad(rng: random.Random) -> Sample:
    country, sizes, first = rng.choice(_ABROAD)
    digits = first + "".join(str(rng.randint(0, 9)) for _ in range(sum(sizes) - len(first)))
    groups, at = [], 0
    for size in sizes:
        groups.append(digits[at : at + size])
        at += size
    gap = rng.choice((" ", " ", "-", ""))
    return Sample(f"+{country}{rng.choice((' ', gap))}{gap.join(groups)}", f"+{country}{digits}")


def sample_email(rng: random.Random) -> Sample:
    """An address of one or two names, mostly written, sometimes dictated."""
    first, second, host = rng.choice(_NAMES), rng.choice(_NAMES), rng.choice(_HOSTS)
    if rng.random() < 0.25:
        host = "".join(rng.choices("abcdefghiklmnoprstu", k=rng.randint(4, 9))) + rng.choice((".com", ".org", ".net", ".co", ".de"))
    local = rng.choice(
        (
            first,
            f"{first}.{second}",
            f"{first}.{second}",
            f"{first}{second}",
            f"{first}_{second}",
            f"{first}{rng.randint(1, 99)}",
            f"{first[0]}{second}",
        )
    )
    address = f"{local}@{host}"
    if rng.random() < 0.12 and not any(c.isdigit() for c in local):
        said = address.replace(".", " dot ").replace("@", " at ").replace("_", " underscore ").replace("-", " dash ")
        return Sample(said, address)
    return Sample(address.title() if rng.random() < 0.0 else address, address)
