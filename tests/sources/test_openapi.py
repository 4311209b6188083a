"""OpenAPI and Swagger, as awkward as they come."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from octocall.errors import SignatureError
from octocall.function import REQUIRED, Function
from octocall.interchange import dump_catalog, load_catalog
from octocall.sources.openapi import load, read
from octocall.types import Anything, Choice, Email, Field, Integer, List, Record, Text

PETS = """
openapi: 3.0.3
info: {title: Pets, version: 1.0.0}
paths:
  /pets/{petId}:
    parameters:
    - {$ref: '#/components/parameters/petId'}
    get:
      operationId: pets.show
      summary: Shows a pet
      description: "<p>Gives <b>one</b> pet &amp; its [toys](http://x.y/z).</p>\\n\\n## More\\n\\nLong text."
      parameters:
      - {name: verbose, in: query, schema: {type: boolean, default: no}}
      - {name: X-Request-ID, in: header, schema: {type: string}}
      - {name: Authorization, in: header, required: true, schema: {type: string}}
      - {name: session, in: cookie, schema: {type: string, nullable: true}}
      - {name: petId, in: query, schema: {type: integer}}
    delete:
      description: |
        # Removes a pet
        For **good**.
  /pets:
    post:
      operationId: addPet
      requestBody: {$ref: '#/components/requestBodies/pet'}
    get:
      operationId: addPet
      parameters:
      - name: status
        in: query
        required: true
        schema: {type: string, enum: [on, off, 12:30, 2020-01-01]}
components:
  parameters:
    petId: {name: petId, in: path, required: true, description: Which one, schema: {type: integer, format: int32, minimum: 0}}
  requestBodies:
    pet: {required: true, content: {application/xml: {}, application/json: {schema: {$ref: '#/components/schemas/NewPet'}}}}
  schemas:
    Named:
      type: object
      required: [name]
      properties: {name: {type: string, description: "What it is *called*."}, id: {type: integer, readOnly: true}}
    NewPet:
      allOf:
      - $ref: '#/components/schemas/Named'
      - type: object
        required: [id, owner]
        properties:
          owner: {type: object, properties: {email: {type: string, format: email}}, required: [email]}
          tags: {type: array, items: {type: string}}
"""


def one(operation: dict[str, Any], **more: Any) -> Any:
    return read({"openapi": "3.1.0", "paths": {"/a": {"post": {"operationId": "f", **operation}}}, **more})


def body(schema: Any, required: bool = True, media: str = "application/json") -> dict[str, Any]:
    return {"requestBody": {"required": required, "content": {media: {"schema": schema}}}}


def names(function: Function) -> list[str]:
    return [parameter.name for parameter in function.parameters]


def test_a_description_in_yaml() -> None:
    found = read(PETS)
    assert not found.skipped
    show, delete, get, post = found.catalog
    assert (show.name, show.original) == ("pets_show", "pets.show")
    assert show.description == "Shows a pet. Gives one pet & its toys."
    assert [(p.name, p.original, p.default) for p in show.parameters] == [
        ("petId", "", REQUIRED), ("verbose", "", None), ("X_Request_ID", "X-Request-ID", None), ("session", "", None), ("petId_2", "petId", None)]  # fmt: skip
    assert show.parameters[0].type == Integer(0, 2**31 - 1) and show.parameters[0].description == "Which one"
    assert (delete.name, delete.original, delete.description) == ("delete_pets_petid", "DELETE /pets/{petId}", "Removes a pet")
    assert (get.name, get.original) == ("addPet", "") and get.parameters[0].type == Choice(("on", "off", "12:30", "2020-01-01"))
    # the second of one id is called after its method and path
    assert (post.name, post.original) == ("post_pets", "POST /pets")
    assert names(post) == ["name", "owner", "tags"]
    assert [p.type for p in post.parameters] == [Text(), Record((Field("email", Email()),)), List(Text())]
    assert post.parameters[0].description == "What it is called." and post.parameters[2].default is None
    assert load_catalog(json.loads(json.dumps(dump_catalog(found.catalog)))) == found.catalog
    # a default that YAML reads as a word is none of a boolean, and noted
    assert "'no'" in found.noted[0].reason


def test_swagger_2() -> None:
    found = read({
        "swagger": "2.0",
        "definitions": {"Toy": {"type": "object", "properties": {"size": {"type": "number", "minimum": 0, "exclusiveMinimum": True}}, "required": ["size"]}},
        "paths": {"/toys/{id}": {
            "put": {"parameters": [{"in": "path", "name": "id", "type": "string", "required": True},
                                   {"in": "query", "name": "kinds", "type": "array", "items": {"type": "string", "enum": ["a", "b"]}, "collectionFormat": "multi"},
                                   {"in": "body", "name": "toy", "required": True, "schema": {"$ref": "#/definitions/Toy"}}]},
            "post": {"operationId": "upload", "consumes": ["multipart/form-data"], "parameters": [{"in": "formData", "name": "data", "type": "file"}]},
            "patch": {"operationId": "form", "parameters": [{"in": "formData", "name": "data", "type": "string", "required": False}]}}},
    })  # fmt: skip
    put, patch = found.catalog
    assert put.name == "put_toys_id" and names(put) == ["id", "kinds", "size"] and put.parameters[1].type == List(Choice(("a", "b")))
    assert names(patch) == ["data"] and patch.parameters[0].default is None
    assert found.skipped == (("upload", "data is of the type 'file', which is not known"),)


@pytest.mark.parametrize(
    "operation, expected",
    [
        (body({"type": "object", "properties": {"a": {}, "b-c": {}}}), ["a", "b_c"]),
        ({**body({"type": "object", "properties": {"a": {}}}), "parameters": [{"name": "a", "in": "query", "schema": {}}]}, ["a", "body"]),
        (body({"type": "object", "properties": {"a": {}}, "required": ["a"]}, required=False), ["body"]),
        (body({"type": "object", "properties": {"a": {}}}, required=False), ["a"]),
        (body({"type": "array", "items": {"type": "string"}}), ["body"]),
        (body({}), ["body"]),
        (body({"type": "object", "properties": {"a": {}}}, media="application/vnd.api+json; charset=utf-8"), ["a"]),
        (body({"type": "object", "properties": {"a": {}}}, media="application/x-www-form-urlencoded"), ["a"]),
        (body({"type": "object", "properties": {"a": {"readOnly": True}, "b": {}}, "required": ["a"]}), ["b"]),
    ],
)
def test_bodies(operation: Any, expected: list[str]) -> None:
    assert names(one(operation).catalog["f"]) == expected


@pytest.mark.parametrize(
    "operation, words",
    [
        (body({"$ref": "#/components/schemas/none"}), "body refers to #/components/schemas/none, which does not exist"),
        (body({"$ref": "other.yaml#/Pet"}), "outside of the document"),
        (body({"$ref": "#/components/schemas/Tree"}), "recursive"),
        (body({"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}}), "restricts the number"),
        (body({"oneOf": [{"type": "object", "properties": {"a": {}}}, {"type": "object", "properties": {"b": {}}}]}), "may hold at once"),
        (body({"type": "string", "format": "binary"}, media="application/octet-stream"), "takes application/octet-stream"),
        (body({"type": "object", "properties": {"a": {"type": "string", "format": "binary"}}}, media="multipart/form-data"), "not said in words"),
        ({"requestBody": {"content": {}}}, "no table of media types"),
        ({"requestBody": {"$ref": "#/components/requestBodies/loop"}}, "refers to itself"),
        ({"parameters": {"name": "a"}}, "no list"),
        ({"parameters": [{"in": "query"}]}, "without a name"),
        ({"parameters": ["a"]}, "is str"),
        ({"parameters": [{"name": "a", "in": "query", "schema": {"not": {}}}]}, "a restricts its values by 'not'"),
        ({"parameters": [{"$ref": "#/components/parameters/none"}]}, "does not exist"),
    ],
)
def test_what_cannot_be_held_to_is_listed_and_the_rest_loads(operation: Any, words: str) -> None:
    tree = {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}}}
    parts = {"schemas": {"Tree": tree}, "requestBodies": {"loop": {"$ref": "#/components/requestBodies/loop"}}}
    found = read({"openapi": "3.0.0", "paths": {"/a": {"post": {"operationId": "f", **operation}, "get": {"operationId": "ok"}}}, "components": parts})
    assert [f.name for f in found.catalog] == ["ok"]
    assert found.skipped[0].name == "f" and words in found.skipped[0].reason


def test_broken_paths_are_listed() -> None:
    found = read({"openapi": "3.0.0", "paths": {"/a": None, "/b": {"get": 5, "post": {"operationId": 7}}, "/c": {"$ref": "#/paths/~1b"}, "x-y": {}}})
    assert [f.name for f in found.catalog] == ["post_b", "post_c"]
    assert [remark.name for remark in found.skipped] == ["/a", "GET /b", "GET /c"]


def test_many_parameters_and_values() -> None:
    given = [{"name": f"p{i}", "in": "query", "schema": {"type": "string"}} for i in range(400)]
    codes = [f"code-{i}" for i in range(5000)]
    found = one({"parameters": [*given, {"name": "code", "in": "query", "schema": {"enum": codes}}]}).catalog["f"]
    assert len(found.parameters) == 401 and found.parameters[-1].type == Choice(tuple(codes))
    assert len(found.signature) < 12_000


def test_deep_and_self_containing_documents() -> None:
    deep: Any = {}
    for _ in range(3000):
        deep = {"allOf": [deep]}
    assert "deeply" in one(body(deep)).skipped[0].reason
    loop = "openapi: 3.0.0\npaths:\n  /a:\n    post:\n      requestBody:\n        content:\n          application/json:\n            schema: &s\n"
    loop += "              type: object\n              required: [s]\n              properties: {s: *s}\n"
    assert "deep" in read(loop).skipped[0].reason
    with pytest.raises(SignatureError):
        read("[" * 100_000)


@pytest.mark.parametrize("text", [
    "a: [", "{}", "openapi: 3.0.0", "- a", "plain words\n", '{"openapi": "3.0.0", "paths": []}',
    '{"openapi": "3.0.0", "paths": 5}', "openapi: !!python/object:os.system x\n",
])  # fmt: skip
def test_what_is_no_description(text: str, tmp_path: Path) -> None:
    path = tmp_path / "api.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SignatureError) as refused:
        load(path)
    assert "\n" not in str(refused.value)


def test_a_body_that_says_nothing_is_anything() -> None:
    assert one(body({})).catalog["f"].parameters[0].type == Anything()
