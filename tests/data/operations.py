"""A small list of operations that tests write requests for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_NOUNS = ("invoice", "customer", "project", "playlist", "ticket", "recipe", "photo", "meeting", "product", "course", "device", "article")


def _string(name: str, told: str = "", required: bool = False, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "string", "description": told, "required": required, **more}


def rows(apis: int = 12) -> list[dict[str, Any]]:
    """``apis`` made-up APIs with six operations each."""
    found: list[dict[str, Any]] = []
    for number in range(apis):
        noun, api = _NOUNS[number % len(_NOUNS)], f"vendor{chr(97 + number)}"
        owned = [_string(f"{noun}_id", f"The ID of the {noun}.", True)]
        found += [
            {"_api": api, "title": f"{noun.title()} Service"},
            {"api": api, "id": f"{noun}s/list", "summary": f"List the {noun}s of a workspace.", "params": [
                _string("workspace_id", "The ID of the workspace.", True), {"name": "limit", "type": "integer"},
                _string("status", "", enum=["open", "closed", "archived"])]},
            {"api": api, "id": f"{noun}s/get", "summary": f"Returns a {noun}.", "params": owned},
            {"api": api, "id": f"{noun}s/create", "summary": f"This endpoint creates a new {noun}", "params": [
                _string("name", "", True), _string("description"), {"name": "is_public", "type": "boolean"}]},
            {"api": api, "id": f"{noun}s/delete", "summary": f"Delete a {noun}", "params": owned},
            {"api": api, "id": "weather/get", "summary": "Get the weather forecast for a city.", "params": [
                _string("city", "Name of the city", True), {"name": "days", "type": "integer", "minimum": 1, "maximum": 14}]},
            {"api": api, "id": "messages/send", "summary": "Send a message to a user.", "params": [_string("user", "", True), _string("message", "", True)]},
        ]  # fmt: skip
    return found


def written(folder: Path, apis: int = 12) -> Path:
    """The rows as a file in ``folder``."""
    path = folder / "operations.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows(apis)), encoding="utf-8")
    return path
