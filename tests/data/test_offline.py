"""The offline teacher: what documentation means, how values are said, requests whose values read back."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import datetime

import pytest
from operations import rows

from octocall.call import Request
from octocall.data.bookrows import Backgrounds
from octocall.data.booksets import BACKGROUNDS
from octocall.data.dataset.rows import Voices, example, setting
from octocall.data.teachers.common.task import Rejected
from octocall.data.teachers.offline import OfflineTeacher
from octocall.data.teachers.rules.frames import frames
from octocall.data.teachers.rules.meaning import meaning
from octocall.data.teachers.rules.script import Draft, Script, Setting, script
from octocall.data.teachers.rules.several import again, joined, nested
from octocall.data.teachers.rules.sorts import sort_of, sorts
from octocall.data.teachers.rules.topics import is_junk
from octocall.data.teachers.rules.values import text_of
from octocall.data.teachers.rules.words import lines, name_words, participle, pools, singular, verb_of
from octocall.function import Function, Parameter
from octocall.sources.common.loaded import Remark
from octocall.sources.operations import read_operations
from octocall.types import Boolean, Choice, Context, Date, Integer, List, Text

CONTEXT = Context(datetime(2026, 3, 4, 10, 30))


def functions() -> Iterator[Function]:
    for found in read_operations(rows()):
        assert not isinstance(found, Remark)
        yield found[1]


def at(seed: int) -> Setting:
    return Setting(random.Random(seed), CONTEXT)


def plain(draft: Draft) -> str:
    return re.sub("\ue000.|\ue001", "", draft.text)


@pytest.mark.parametrize(
    ("told", "want", "verb", "phrase", "parts"),
    [
        ("List the open pull requests of a repository.", "list", "list", "open pull requests", ["of repository"]),
        ("Returns a list of all the invoices", "list", "return", "invoices", []),
        ("This endpoint creates a new customer. It needs a token.", "create", "create", "customer", []),
        ("Used to delete a webinar", "delete", "delete", "webinar", []),
        ("Get the weather forecast for a given city (Weather)", "get", "get", "weather forecast", ["for city"]),
        ("Gets the number of followers of a user", "count", "get", "followers", ["of user"]),
        ("Unrotates a picture", "do", "unrotate", "picture", []),
        ("Current exchange rates", "list", "list", "current exchange rates", []),
    ],
)
def test_meaning(told: str, want: str, verb: str, phrase: str, parts: list[str]) -> None:
    found = meaning(Function("f", told))
    assert found is not None
    assert (found.want, found.verb, found.phrase, [f"{part.preposition} {part.phrase}" for part in found.parts]) == (want, verb, phrase, parts)


@pytest.mark.parametrize("told", ["", "Ajoute un sous compte pour le client", "Add or delete rules", "OAuth 2.0", "You need to be an admin"])
def test_no_meaning(told: str) -> None:
    assert meaning(Function("f", told)) is None


def test_my_things() -> None:
    found = meaning(Function("f", "List repositories for the authenticated user"))
    assert found is not None and found.mine and found.phrase == "repositories" and not found.parts


@pytest.mark.parametrize(
    ("name", "kind", "told", "sort"),
    [
        ("destination_city", Text(), "", "destination"),
        ("startDate", Date(), "", "startdate"),
        ("to", Text(), "The e-mail address it goes to", "free"),
        ("repo", Text(), "", "repo"),
        ("max_results", Integer(), "", "limit"),
        ("max_results", Text(), "", "limit"),
        ("location", Integer(), "", "number"),
        ("market", Text(), "An ISO 3166-1 alpha-2 country code", "countrycode"),
        ("active", Boolean(), "", "boolean"),
        ("color", Choice(("red", "blue")), "", "choice"),
        ("frobnicator", Text(), "", "free"),
    ],
)
def test_sorts(name: str, kind: Text, told: str, sort: str) -> None:
    assert sort_of(kind, name_words(name), told) == sort


def test_every_pool_of_a_class_is_there() -> None:
    for sort, each in sorts().items():
        assert sort in _MADE or set(each.pools) <= set(pools()), sort


_MADE = {
    "age", "amount", "birthday", "coordinates", "date", "distance", "duration", "email", "enddate", "endtime", "index", "latitude",
    "limit", "longitude", "month", "monthnumber", "name", "offset", "page", "percent", "person", "phone", "phrase", "quantity",
    "rating", "season", "size", "slug", "startdate", "starttime", "text", "time", "title", "username", "week", "year",
}  # fmt: skip
"""Classes whose values are made and not taken from a pool."""


def test_words() -> None:
    assert name_words("ownerId") == ("owner", "ID") and name_words("start_date") == name_words("startdate") == ("start", "date")
    assert [singular(word) for word in ("countries", "boxes", "status", "people", "repos")] == ["country", "box", "status", "person", "repo"]
    assert [verb_of(word) for word in ("Returns", "creating", "weather")] == ["return", "create", ""]
    assert [participle(said) for said in ("delete", "turn off", "get rid of", "send")] == ["deleted", "turned off", "", "sent"]
    assert is_junk("page_token") and is_junk("prettyPrint") and not is_junk("city")


def test_the_sides_share_only_the_plainest_sentences() -> None:
    for name, texts in frames(True).items():
        shared = set(texts) & set(frames(False)[name])
        assert shared <= {"{V} {N}{A}", "{N}{A}", "{B}{A}", "please {V} {N}{A}"} and texts, name


def test_every_request_reads_back() -> None:
    teacher, voices, seen = OfflineTeacher(), Voices(Backgrounds.read(BACKGROUNDS)), set()
    for seed, function in enumerate(functions()):
        for draft in teacher.queries(function, 20, at(seed)):
            try:
                made = example(teacher, draft, "test", voices, setting(random.Random(seed)))
            except Rejected:
                continue
            call = made.plan.calls[0]
            seen.add(function.name)
            for name, places in call.spans.items():
                (begin, end), kind = places[0], function.parameter(name).type
                assert made.request.now is not None
                assert kind.parse(made.request.text[begin:end], Context(made.request.now)) == call.arguments[name]
            assert {p.name for p in function.parameters if p.required} <= {*call.arguments, *call.missing}
    assert seen == {function.name for function in functions()}


def test_the_same_seed_writes_the_same() -> None:
    function = next(functions())
    assert [draft.text for draft in OfflineTeacher().queries(function, 9, at(1))] == [draft.text for draft in OfflineTeacher().queries(function, 9, at(1))]


def test_incomplete_requests_name_what_is_missing() -> None:
    found = script(next(functions()))
    assert found is not None
    drafts = [draft for seed in range(30) if (draft := OfflineTeacher().draft(found, at(seed), incomplete=1)) is not None]
    assert drafts and all(
        draft.missing == [["workspace_id"]] and not any(name == "workspace_id" for places in draft.slots for _, name in places) for draft in drafts
    )


def weather() -> Script:
    found = script(Function("weather", "Get the weather forecast for a city", (Parameter("city", Text(), "Name of the city"),), Text()))
    assert found is not None
    return found


def test_several_calls_of_one_function() -> None:
    drafts = [draft for seed in range(60) if (draft := again(OfflineTeacher(), weather(), at(seed))) is not None]
    calls = set()
    for draft in drafts:
        try:
            made = example(OfflineTeacher(), draft, "test", Voices(slips=0), at(0))
        except Rejected:
            continue
        assert all(call.name == "weather" and call.arguments["city"] in made.request.text for call in made.plan.calls)
        calls.add(len(made.plan.calls))
    assert calls == {2, 3, 4}


def test_a_result_inside_a_message() -> None:
    outer = script(Function("send", "Send a message to a user", (Parameter("user", Text()), Parameter("message", Text()))))
    assert outer is not None
    draft = next(draft for seed in range(20) if (draft := nested(OfflineTeacher(), outer, weather(), at(seed))) is not None)
    made = example(OfflineTeacher(), draft, "test", Voices(slips=0), at(0))
    assert made.kind == "nested" and made.plan.calls[0].arguments["message"].name == "weather"


def test_joined_requests_keep_their_values() -> None:
    drafts = [OfflineTeacher().draft(weather(), at(seed), incomplete=0) for seed in (1, 2)]
    whole = joined(drafts, random.Random(0))
    assert whole is not None and [places for places in whole.slots] == [[(0, "city")], [(1, "city")]]
    assert joined([None, *drafts], random.Random(0)) is None


@pytest.mark.parametrize(("text", "wrong"), [("forecast for OsloBergen", "borders"), ("Oslo forecast for Oslo", "twice")])
def test_what_is_unclear_is_refused(text: str, wrong: str) -> None:
    begin = text.rindex("Oslo")
    with pytest.raises(Rejected, match=wrong):
        OfflineTeacher().judge(Request(text), (), {0: (begin, begin + 4)})


def test_lists_read_as_lists() -> None:
    found = script(Function("mark", "Tag a photo", (Parameter("tags", List(Text())), Parameter("photo_id", Text()))))
    assert found is not None
    for seed in range(40):
        for draft in OfflineTeacher().queries(found.function, 1, at(seed)):
            texts = re.findall("\ue000.([^\ue001]*)\ue001", draft.text)
            assert any(List(Text()).parse(text, CONTEXT) for text in texts)


def test_examples_of_the_documentation_are_used() -> None:
    found = script(Function("look", "Look up a word", (Parameter("kind", Text(), "Either 'noun' or 'verb'"),)))
    assert found is not None
    assert {"noun", "verb"} <= {text_of(found.required[0], random.Random(seed), CONTEXT) for seed in range(40)}


def test_the_lexicon_names_no_api() -> None:
    text = " ".join(" ".join(lines(name)) for name in ("verbs", "frames", "classes", "booleans", "phrases", "labels", "dropped", "patterns", "cues", "sets")).lower()
    assert not re.search(r"\b(?:github|twilio|aws|azure|spotify|slack|stripe|google)\b", text)
