"""Files and texts as plain values: JSON, JSON lines and YAML."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from octocall.errors import MissingExtraError, SignatureError

_YAML_PLAIN = {  # what YAML 1.2 reads without quotes; 1.1 would turn "on" into true, 12:30 into 750 and a day into a date
    "tag:yaml.org,2002:null": (r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    "tag:yaml.org,2002:bool": (r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    "tag:yaml.org,2002:int": (r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    "tag:yaml.org,2002:float": (r"^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$", list("-+0123456789.")),
    "tag:yaml.org,2002:merge": (r"^<<$", ["<"]),
}


def read_text(source: str | Path) -> tuple[str, str]:
    """The text of a source and its name: a path is read, anything else that looks like a document is one.

    Raises SignatureError where there is no such file or it is no UTF-8 text.
    """
    if isinstance(source, str) and ("\n" in source or source.lstrip()[:1] in ("{", "[")):
        return source, "text"
    path = Path(source)
    try:
        return path.read_text(encoding="utf-8-sig"), path.stem
    except (OSError, ValueError) as error:
        raise SignatureError(f"{path} cannot be read ({error}); give the path of a UTF-8 text file") from None


def _no_constant(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def parse_json(text: str, name: str) -> Any:
    """JSON, or JSON lines as a list. Raises SignatureError."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError:
        raise SignatureError(f"{name} is nested too deeply to be read; flatten it") from None
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            if len(lines) > 1:
                return [json.loads(line, parse_constant=_no_constant) for line in lines]
        except (ValueError, RecursionError):
            pass
        raise SignatureError(f"{name} is no JSON ({error}); correct it") from None


def parse_any(text: str, name: str) -> Any:
    """JSON where the text begins like it, else YAML. Raises SignatureError, and MissingExtraError without PyYAML."""
    if text.lstrip()[:1] in ("{", "["):
        try:
            return parse_json(text, name)
        except SignatureError:
            if "\n" not in text:
                raise
            # YAML also writes {a: 1}; what it cannot read either is told below
    try:
        import yaml
    except ImportError:
        raise MissingExtraError("pyyaml", "openapi") from None
    # the compiled loader recurses outside of Python's reach, so depth is bounded before it is asked
    if _depth(text) > _MOST_DEPTH:
        raise SignatureError(f"{name} is nested too deeply to be read; flatten it")
    try:
        return yaml.load(text, Loader=_loader())
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        told = re.sub(r"\s+", " ", str(error))[:200] or type(error).__name__
        raise SignatureError(f"{name} is neither JSON nor YAML ({told}); correct it") from None


_MOST_DEPTH = 2000


def _depth(text: str) -> int:
    """No less than the depth of a YAML text: brackets that are open at once, whatever they stand in, and dashes or spaces before a value."""
    depth = most = 0
    for bracket in re.findall(r"[\[\]{}]", text):
        depth = max(0, depth + (1 if bracket in "[{" else -1))
        most = max(most, depth)
    return max(most, max((len(lead) for lead in re.findall(r"^[ ?:-]+", text, re.M)), default=0) // 2)


@cache
def _loader() -> Any:
    """A safe loader of YAML's JSON-like core, the compiled one where there is one."""
    import yaml

    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: Any = type("CoreLoader", (base,), {"yaml_implicit_resolvers": {}})
    for tag, (pattern, first) in _YAML_PLAIN.items():
        loader.add_implicit_resolver(tag, re.compile(pattern), first)
    return loader
