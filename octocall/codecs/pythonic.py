"""Plans as Octopus v1 writes them (arXiv 2404.01549): ``name('value')<nexa_end>``, the functions told in the prompt."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from octocall.call import Plan, Request
from octocall.catalog import IRRELEVANT, Catalog
from octocall.codecs.text import TextCodec
from octocall.function import Function

PUBLISHED_PROMPT = (
    "You are an assistant, and you need to call find appropriate functions according to the query of the users. Firstly, find the relevant functions, then "
    "get the function arguments by understanding the user's query. The following functions are available for you to fetch further data to answer user "
    "questions:\n\nFunction:\n\n{functions}\n\nQuery: {query}\n\nResponse:"
)
CLOCKED_PROMPT = PUBLISHED_PROMPT.replace("Query:", "Now: {now}\n\nQuery:")
BLOCKS = 5
"""The published data tell so many functions in a prompt, one of which is that nothing fits."""
NO_FUNCTION = Function(IRRELEVANT, "Call this where no other function fits the query.", original="no_relevant_function")
_NAME = re.compile(r"[^\W\d]\w*(?=\()")


@dataclass(frozen=True)
class PythonicCodec(TextCodec):
    """Names. Candidates are the functions of the request, else the whole catalog."""

    def __post_init__(self) -> None:
        if not self.template:
            object.__setattr__(self, "template", CLOCKED_PROMPT if self.timed else PUBLISHED_PROMPT)

    def candidates(self, request: Request) -> Catalog:
        return _candidates(self.catalog.functions if request.functions is None else request.functions)

    def head(self, catalog: Catalog, function: Function) -> str:
        return NO_FUNCTION.original if function.name == IRRELEVANT else function.name

    def heading(self, text: str, at: int) -> str | None:
        match = _NAME.match(text, at)
        return match[0] if match else None

    def after(self, plan: Plan, request: Request) -> str:
        """Why these functions: what their documentation says of them."""
        catalog = self.candidates(request)
        return "\nThought: " + " ".join(catalog[call.name].description for call in plan.calls) + "\n"

    def shown(self, request: Request, plan: Plan, seed: int = 0) -> Request:
        """``request`` with BLOCKS candidates of the catalog in shuffled order, those of ``plan`` among them; as it is where it has candidates."""
        if request.functions is not None:
            return request
        rng = random.Random(f"{seed} {request.text}")
        called = dict.fromkeys(call.name for outer in plan.calls for call in outer.walk() if call.name != IRRELEVANT)
        others = [f for f in self.catalog if f.name not in called and f.name != IRRELEVANT]
        drawn = rng.sample(others, max(0, min(len(others), BLOCKS - 1 - len(called))))
        shown = [*(self.catalog[name] for name in called), *drawn, NO_FUNCTION]
        rng.shuffle(shown)
        return replace(request, functions=tuple(shown))


@lru_cache(maxsize=64)
def _candidates(functions: tuple[Function, ...]) -> Catalog:
    kept = tuple(NO_FUNCTION if function.name == IRRELEVANT else function for function in functions)
    return Catalog(kept if NO_FUNCTION in kept else (*kept, NO_FUNCTION), "candidates")


Codec = PythonicCodec
