"""Plans as Octopus v2 writes them (arXiv 2404.01744): ``<nexa_i>('a', 'b')<nexa_end>``, a functional token for every function of a catalog."""

from __future__ import annotations

import re
from dataclasses import dataclass

from octocall.call import Plan, Request
from octocall.catalog import Catalog
from octocall.codecs.text import END, TextCodec, Token, documentation
from octocall.errors import RequestError
from octocall.function import Function

PUBLISHED_PROMPT = (
    "Below is the query from the users, please call the correct function and generate the parameters to call the function.\n\nQuery: {query} \n\nResponse:"
)
"""The prompt of the published model; all before the query is the same for every request."""
CLOCKED_PROMPT = PUBLISHED_PROMPT.replace("Query:", "Now: {now}\n\nQuery:")
_TOKEN = re.compile(r"<nexa_\d+>")


@dataclass(frozen=True)
class FunctionalCodec(TextCodec):
    """Functional tokens. The prompt tells no function, and the clock where a function of the catalog takes a time."""

    def __post_init__(self) -> None:
        if not self.template:
            object.__setattr__(self, "template", CLOCKED_PROMPT if self.timed else PUBLISHED_PROMPT)

    @property
    def tokens(self) -> tuple[str, ...]:
        return (*(f"<nexa_{i}>" for i in range(len(self.catalog))), END)

    def candidates(self, request: Request) -> Catalog:
        """The catalog. Raises RequestError for a request with functions of its own: these tokens know none of them."""
        if request.functions is not None:
            raise RequestError("functions were given with the request; a model of functional tokens knows those of its catalog alone")
        return self.catalog

    def head(self, catalog: Catalog, function: Function) -> str:
        return Token(f"<nexa_{catalog.functions.index(function)}>")

    def heading(self, text: str, at: int) -> str | None:
        match = _TOKEN.match(text, at)
        return match[0] if match else None

    def after(self, plan: Plan, request: Request) -> str:
        """The documentation of the functions that were called: so the tokens learn what they mean."""
        names = dict.fromkeys(call.name for outer in plan.calls for call in outer.walk())
        return "\n\nFunction description: \n" + "\n\n".join(documentation(self.catalog[name]) for name in names) + "\n\n"


Codec = FunctionalCodec
