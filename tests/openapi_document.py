"""Checks that any OpenAPI document of the project must pass."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

PROBLEM = "application/problem+json"
WITHOUT_EXAMPLE = {
    "cursor": "it is signed with the installation's own key",
    "as_of": "every installation has a past of its own",
}


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any], list[dict[str, Any]]]]:
    """Path, method, operation, and the parameters of both."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method != "parameters":
                yield path, method, operation, item.get("parameters", []) + operation.get("parameters", [])


def check_document(document: dict[str, Any]) -> None:
    """Valid OpenAPI 3.1; and every operation has an id of its own, a summary, examples that fit, and its problems."""
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()
    found = list(operations(document))
    ids = [operation["operationId"] for _, _, operation, _ in found]
    assert len(set(ids)) == len(ids)
    for path, method, operation, parameters in found:
        where = f"{method} {path}"
        assert operation["summary"], where
        check_answer(document, operation, where)
        for parameter in parameters:
            check_parameter(document, parameter, where)


def check_answer(document: dict[str, Any], operation: dict[str, Any], where: str) -> None:
    """The 200 has an example that fits its schema; every other answer but the 304 is a problem document."""
    content = resolved(document, operation["responses"]["200"])["content"]["application/json"]
    faults = list(validator(document, content["schema"]).iter_errors(content["example"]))
    assert not faults, (where, faults)
    for status, response in operation["responses"].items():
        if status not in {"200", "304"}:
            assert list(resolved(document, response)["content"]) == [PROBLEM], (where, status)
    assert {"422", "500", "default"} <= operation["responses"].keys(), where


def check_parameter(document: dict[str, Any], parameter: dict[str, Any], where: str) -> None:
    """A parameter has an example that fits its schema, as far as one can be good for every installation."""
    if parameter["name"] in WITHOUT_EXAMPLE:
        return
    faults = list(validator(document, parameter["schema"]).iter_errors(parameter["example"]))
    assert not faults, (where, parameter["name"], faults)


def closed(document: dict[str, Any]) -> dict[str, Any]:
    """``document`` with every object closed, so that a member that it does not describe is a fault.

    The document itself leaves its objects open, because members may be added.
    """
    strict = copy.deepcopy(document)
    for schema in strict["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return strict


def resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    """``node``, or what its ``$ref`` within the document points to."""
    if "$ref" not in node:
        return node
    target: Any = document
    for part in node["$ref"].removeprefix("#/").split("/"):
        target = target[part]
    return target


def validator(document: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """A validator for ``schema`` that finds the document's components, and heeds formats."""
    return Draft202012Validator(
        {**schema, "components": document["components"]}, format_checker=Draft202012Validator.FORMAT_CHECKER
    )
