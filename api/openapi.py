'''The OpenAPI document, and the decorators that a resource is written with.

A public read is a stack of three decorators over its query::

    blueprint = PublicBlueprint("articles", __name__, url_prefix="/v1", description="Texts with their caveats.")

    @blueprint.route("/articles/<slug:slug>/paragraphs", path={"slug": ("an-article", "Of the article.")})
    @blueprint.query(PageQuery)
    @blueprint.answers(ParagraphPageSchema, example=PARAGRAPH_PAGE)
    def list_paragraphs(query, slug):
        """List an article's paragraphs.

        What follows the first line is the description.
        """

``route``
    The address, GET and HEAD only. ``path`` gives each name in it a value that exists, and a description. It completes
    the documentation: operation id (the function's name), summary (its docstring's first line), and every status that
    the contract knows.
``query``
    Optional; a :class:`api.parameters.QuerySchema` whose fields carry ``metadata={"example": ..., "description": ...}``
    (or ``no_example`` with the reason). The loaded dictionary is the view's first argument. Without it the address
    takes no parameters. Parameters that are unknown, repeated or ill-valued are 422 either way.
``answers``
    The schema of the 200 and an example of it. The view returns what the schema dumps, or ``(that, headers)``, or a
    ready response such as the 304 of :func:`api.caching.conditional`.

An address whose decorators leave out what the document needs fails when it is imported.
'''

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, TypeVar

import flask_smorest
from flask import Flask, Response, json
from marshmallow import Schema, fields

from annotations.settings import Settings
from api.access import PUBLIC, asks_for
from api.caching import conditional_on_content
from api.components import (
    DEFAULT_RESPONSE,
    NOT_MODIFIED,
    PROBLEM_RESPONSES,
    ProblemSchema,
    name_enumeration,
    named,
    register_components,
)
from api.converters import OrdinalConverter, SlugConverter, ordinal_schema, slug_schema
from api.negotiation import JSON, require_json
from api.parameters import NoParameters, QueryParser
from api.problems import register_error_handlers

TITLE = "Caveat"
API_VERSION = "1.0"
DESCRIPTION = """\
Health articles, paragraph by paragraph, with editorial annotations that flag overstated claims and link each to
evidence. It informs and is no medical advice.

* **Reading.** GET and HEAD, without a token, from any site (CORS). Show a text together with its `notice`, its
  annotations and its pending notices.
* **Lists** are pages of `items`; `next`, also in the `Link` header, is the address of the next page.
* **Errors** are problem documents (RFC 9457) with a stable `code`; unknown and ill-formed parameters are errors.
* **Caching.** Send an answer's `ETag` back as `If-None-Match`: a 304 says that nothing changed.
* **Forms.** Times are RFC 3339 in UTC, ids are UUIDs, texts are UTF-8 in NFC, offsets count from 0.
* **Growth.** Within `/v1` members and enumeration values may be added; pass over those you do not know.
"""
EDITORIAL_PREFIX = "/v1/editorial"
EDITORIAL_DESCRIPTION = """\
What editors do: import articles, propose annotations, tie them to claims and evidence, review, publish, repair.

* **Who calls.** Every address takes a token (`Authorization: Bearer …`) and names the permission that it asks for.
* **No lost work.** A change needs `If-Match` with the ETag of what was read (428 without it); when somebody changed it
  meanwhile the answer is 412 with the present version, and nothing is changed.
* **Once.** A POST with an `Idempotency-Key` can be repeated for a day; it is carried out once.
* **Errors** are problem documents (RFC 9457) that say what to do next.
"""
ANSWER = "The answer. The example is a real one about the sample articles; its lists are shortened."

View = TypeVar("View", bound=Callable[..., Any])
SchemaType = Schema | type[Schema]

# What api/targets.py lets through, in the regular expressions of JavaScript, which JSON Schema uses.
_CLEAN_TEXT = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$"
_PATH_NAME = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")


class Api(flask_smorest.Api):  # type: ignore[misc]  # flask-smorest has no types.
    """flask-smorest, with problem documents for its errors."""

    ERROR_SCHEMA = ProblemSchema
    DEFAULT_ERROR_RESPONSE_NAME = DEFAULT_RESPONSE

    @cached_property
    def document(self) -> bytes:
        """The OpenAPI document; asked for once every blueprint is registered."""
        document = self.spec.to_dict()
        for schema in document["components"]["schemas"].values():
            # A client that checks answers by this document must not fail on the day that a member is added.
            schema.pop("additionalProperties", None)
        return json.dumps(document, sort_keys=False, separators=(",", ":")).encode()

    @asks_for(PUBLIC)
    def _openapi_json(self) -> Response:
        require_json()
        return conditional_on_content(self.document) or Response(self.document, mimetype=JSON)

    def _register_error_handlers(self) -> None:
        # In place of flask-smorest's own handler, which writes documents of another form and drops headers.
        register_error_handlers(self._app)

    def _register_responses(self) -> None:
        register_components(self.spec)

    def _register_pagination_header(self) -> None:
        """Leave out flask-smorest's numbered pages, which nothing here has."""


class PublicBlueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest has no types.
    """Addresses that anybody may read, as JSON.

    Args:
        takes_token: whether an Authorization header is looked at there, as it is under ``/v1``.
    """

    ARGUMENTS_PARSER = QueryParser()

    def __init__(self, *args: Any, takes_token: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._takes_token = takes_token
        self.before_request(require_json)

    def route(
        self, rule: str, *, path: Mapping[str, tuple[Any, str]] | None = None, **options: Any
    ) -> Callable[[View], View]:
        """Serve and document the view at ``rule``; goes on top. See the module's docstring.

        Args:
            rule: the address below the blueprint's prefix.
            path: of each name in it an example, a value that exists, and a description.
            options: passed on to Flask.

        Raises:
            TypeError: at import, where the document would lack an answer, a summary or an example.
        """
        names = _PATH_NAME.findall(rule)
        given = dict(path or {})

        def register(view: View) -> View:
            documented = getattr(view, "_apidoc", {})
            if "response" not in documented or not view.__doc__ or set(names) != set(given):
                raise TypeError(f"{view.__name__} needs @answers, a docstring and an example of each of {names}")
            complete: Any = view
            if "arguments" not in documented:
                complete = self._arguments(NoParameters, as_kwargs=True)(complete)
            for name in self._other_responses(bool(names), documented["cached"]).items():
                complete = self.alt_response(name[0], response=name[1])(complete)
            complete = self.doc(operationId=view.__name__, **({} if self._takes_token else {"security": []}))(complete)
            parameters = [
                {"in": "path", "name": name, "description": given[name][1], "example": given[name][0]} for name in names
            ]
            self.add_url_rule(rule, view.__name__, asks_for(PUBLIC)(complete), parameters=parameters, **options)
            registered: View = complete
            return registered

        return register

    def query(self, schema: SchemaType) -> Callable[[View], View]:
        """Read the parameters with ``schema`` and pass them on as the view's first argument.

        Raises:
            TypeError: at import, a parameter has no example.
        """
        for name, field in (schema() if isinstance(schema, type) else schema).fields.items():
            if not {"example", "no_example"} & set(field.metadata):
                raise TypeError(f"parameter {name} of {schema} needs an example")
        return self._arguments(schema)

    def answers(self, schema: SchemaType, *, example: Any, cached: bool = True) -> Callable[[View], View]:
        """Dump what the view returns with ``schema``; goes right above the view.

        Args:
            schema: of the 200. One with a field ``next`` is a page, and has a ``Link``.
            example: of the 200, as it goes out.
            cached: whether the view calls :func:`api.caching.conditional`.
        """
        headers = ["X-Request-ID", "Cache-Control"]
        if cached:
            headers += ["ETag", "Last-Modified"]
        if "next" in (schema() if isinstance(schema, type) else schema).fields:
            headers.append("Link")
        respond = self.response(200, schema, description=ANSWER, example=example, headers=named(*headers))

        def decorate(view: View) -> View:
            answering: View = respond(view)
            answering._apidoc["cached"] = cached  # type: ignore[attr-defined]  # flask-smorest's own place for it.
            return answering

        return decorate

    def _arguments(self, schema: SchemaType, **options: Any) -> Callable[[View], View]:
        read = self.arguments(schema, location="query", **options)

        def decorate(view: View) -> View:
            reading: View = read(view)
            # It names the 422 after http.HTTPStatus, whose names differ between Python versions; ``route`` names it.
            reading._apidoc["arguments"].pop("responses")  # type: ignore[attr-defined]  # As above.
            return reading

        return decorate

    def _other_responses(self, has_path: bool, cached: bool) -> dict[int, str]:
        statuses = [400, 406, 414, 422, 500, 503]
        statuses += [401] if self._takes_token else []
        statuses += [404, 410] if has_path else []
        responses = {status: PROBLEM_RESPONSES[status][0] for status in sorted(statuses)}
        return {304: NOT_MODIFIED, **responses} if cached else responses


def build_api(app: Flask, settings: Settings) -> Api:
    """The OpenAPI side of the public addresses of ``app``, with the document at ``/openapi.json``."""
    return _build(app, settings, "", "/", TITLE, DESCRIPTION, [{}, {"bearer": []}])


def build_editorial_api(app: Flask, settings: Settings) -> Api:
    """The OpenAPI side of the editors' addresses, with a document of its own below them."""
    return _build(
        app, settings, "EDITORIAL_", EDITORIAL_PREFIX, f"{TITLE}, for editors", EDITORIAL_DESCRIPTION, [{"bearer": []}]
    )


def _build(
    app: Flask,
    settings: Settings,
    prefix: str,
    address: str,
    title: str,
    description: str,
    security: list[dict[str, list[str]]],
) -> Api:
    options = {
        "API_TITLE": title,
        "API_VERSION": API_VERSION,
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": address,
        "OPENAPI_JSON_PATH": "openapi.json",
        "API_SPEC_OPTIONS": {
            "info": {
                "description": description,
                "contact": {"name": settings.organisation_name, "url": settings.organisation_url},
                "license": {"name": "Licence of the notes", "url": settings.notes_licence_url},
            },
            "servers": [{"url": settings.public_base_url}],
            "security": security,
        },
    }
    app.config.update({f"{prefix}{name}": value for name, value in options.items()})
    api = Api(app, config_prefix=prefix)
    api.register_converter(OrdinalConverter, ordinal_schema)
    api.register_converter(SlugConverter, slug_schema)
    api.ma_plugin.converter.add_attribute_function(name_enumeration)
    api.ma_plugin.converter.add_parameter_attribute_function(_tidy_parameter)
    api.spec.components.security_scheme(
        "bearer",
        {"type": "http", "scheme": "bearer", "description": "A token. Optional for public reads."},
    )
    return api


def _tidy_parameter(
    _converter: Any, field: fields.Field[Any], *, ret: dict[str, Any], **_kwargs: Any
) -> dict[str, Any]:
    """Move the example to the parameter; take away null, which no query parameter can be; say what text may hold."""
    schema = ret["schema"]
    if isinstance(schema.get("type"), list):
        schema["type"] = next(name for name in schema["type"] if name != "null")
    if "enum" in schema:
        schema["enum"] = [value for value in schema["enum"] if value is not None]
    if schema.get("default", "") is None:
        del schema["default"]
    if schema.get("type") == "string" and not {"enum", "format"} & set(schema):
        # Python's marks for the ends of a text are none in the regular expressions of JSON Schema.
        pattern = schema.get("pattern", _CLEAN_TEXT)
        schema["pattern"] = pattern.replace(r"\A", "^").replace(r"\Z", "$")
    schema.pop("example", None)
    return {"example": field.metadata["example"]} if "example" in field.metadata else {}
