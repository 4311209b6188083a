"""Prompts with functions in them: as papers print them, as people paste them, and as attackers would."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from octocall.errors import SignatureError
from octocall.function import REQUIRED
from octocall.interchange import dump_catalog, load_catalog
from octocall.sources.prompt import load, read
from octocall.types import Anything, Boolean, Choice, Integer, List, Number, Text, Type

WHOLE = Integer(-(2**53) + 1, 2**53 - 1)
PROMPT = '''
You are given these functions, e.g. def is a keyword. Answer with one call.

```python
def get_trending_news(category=None, region='US', language='en', max_results=5):
    """
    Fetches trending news articles.

    Parameters:
    - category (str, optional): News category to filter by.
      By default all.
    - region (str, optional): Where.
    - max_results (int, optional): How many.

    Returns:
    - list[str]: texts
    """

def heat(degrees: Annotated[float, (50, 90)], room: Literal["bath", "kitchen"] = "bath",
         days: Optional[List[int]] = None, *, fast: bool = False, until: "str | None" = None) -> str:
    """Heats a room.

    Args:
        degrees: how warm
    """
    return os.system("false")
```
def stop(why: str)
Query: make it warm
  def pause(seconds: int): ...
'''


def test_functions_of_a_prompt() -> None:
    found = read(PROMPT)
    assert not found.skipped and not found.noted
    news, heat, stop, pause = found.catalog
    assert (news.name, news.description) == ("get_trending_news", "Fetches trending news articles.")
    assert [(p.name, p.type, p.default) for p in news.parameters] == [
        ("category", Text(), None), ("region", Text(), "US"), ("language", Text(), "en"), ("max_results", WHOLE, 5)]  # fmt: skip
    assert news.parameters[0].description == "News category to filter by. By default all."
    assert [(p.type, p.default) for p in heat.parameters] == [
        (Number(50, 90), REQUIRED), (Choice(("bath", "kitchen")), "bath"), (List(WHOLE), None), (Boolean(), False), (Text(), None)]  # fmt: skip
    assert heat.returns == Text() and heat.parameters[0].description == "how warm" and stop.returns is None
    assert stop.parameters[0].default is REQUIRED and pause.parameters[0].type == WHOLE
    assert load_catalog(json.loads(json.dumps(dump_catalog(found.catalog)))) == found.catalog


@pytest.mark.parametrize(
    "hint, kind",
    [("str", Text()), ("typing.Any", Anything()), ("list", List(Anything())), ("Sequence[bool]", List(Boolean())), ("set[int]", List(WHOLE, unique=True)),
     ("tuple[str, ...]", List(Text())), ("Union[int, None]", WHOLE), ("None | str", Text()), ("Literal[1, 'a', None]", Choice((1, "a"))),
     ("Annotated[int, (0, 5), 'how many']", Integer(0, 5))],
)  # fmt: skip
def test_hints(hint: str, kind: Type) -> None:
    assert load(f"def f(a: {hint}): ...")["f"].parameters[0].type == kind


@pytest.mark.parametrize(
    "parameters, words",
    [("a: dict", "a has the hint dict"), ("a: Color", "Color"), ("a: int | str", "one type"), ("*a", "by name"), ("a, /", "by name"), ("**a", "by name"),
     ("a: tuple[int, str]", "tuple"), ("a: Literal[f()]", "Literal"), ("a: Literal['1', 1]", "Literal"), ("a: Annotated[str, (0, 5)]", "beside its hint"),
     ("a: Annotated[int, Gt(0)]", "beside its hint"), ("a: 'x y'", "no Python"), ("a: __import__('os').system('false')", "hint")],
)  # fmt: skip
def test_what_cannot_be_read_is_listed_and_the_rest_loads(parameters: str, words: str) -> None:
    found = read(f"def f({parameters}):\n    '''F.'''\n\ndef ok(): ...\n")
    assert [f.name for f in found.catalog] == ["ok"] and found.skipped[0].name == "f" and words in found.skipped[0].reason


def test_defaults_that_are_no_values_are_left_out_and_noted() -> None:
    found = read("def f(a: int = now(), b: int = 'x', c: str = '', d=-2, e=1.5, g=[1]): ...")
    assert [p.default for p in found.catalog["f"].parameters] == [None, None, None, -2, 1.5, [1]]
    assert [remark.reason.split(":")[0] for remark in found.noted] == ["a", "b", "c"]


def test_nothing_is_run(tmp_path: Path) -> None:
    path = tmp_path / "made"
    text = f"def f(a: str = open({str(path)!r}, 'w').write('x')):\n    open({str(path)!r}, 'w')\n\ndef g(a=__import__('os')): ..."
    assert len(load(text)) == 2 and not path.exists()


def test_broken_and_doubled_functions() -> None:
    found = read("def f(a: str:\n    pass\n\ndef g(): ...\ndef g(a): ...\ndef h(a: int) -> str:\n")
    assert [f.name for f in found.catalog] == ["g", "h"] and [r.name for r in found.skipped] == ["f", "g"]
    for odd in ("no functions here\n", "", "def\n", "/no/such/file.txt"):
        with pytest.raises(SignatureError):
            load(odd)


def test_files(tmp_path: Path) -> None:
    path = tmp_path / "lamp.md"
    path.write_bytes(PROMPT.replace("\n", "\r\n").encode())
    assert load(path).name == "lamp" and load(path).functions == load(PROMPT).functions
