"""What the API says of itself at ``/api/v1/openapi.json``: problems, tokens, and who may do what."""

from collections.abc import Callable, Collection
from functools import cache, partial
from typing import Any, Final

from flask import Flask
from flask.typing import ResponseReturnValue
from flask_smorest import Api
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import Schema, fields

from kernel.access import guard_of
from kernel.schemas import Count, Day, Instant, Money

PROBLEM: Final = "application/problem+json"
MULTIPART: Final = ("formData", "form", "files")
TOKEN: Final = "token"  # noqa: S105 - the name of a scheme


class Obstacle(Schema):
    """One thing in the way of an act, and what would be right."""

    code = fields.String()
    rule = fields.String()
    article = fields.String()
    field = fields.String()
    weight = fields.String()
    message = fields.String()
    remedy = fields.String()


class Problem(Schema):
    """A refusal (RFC 9457). ``code`` is stable; ``detail`` is in the reader's language."""

    type = fields.String()
    status = fields.Integer()
    code = fields.String()
    detail = fields.String()
    rule = fields.String(metadata={"description": "rule id of the catalogue, where law is at stake"})
    wrong = fields.Dict(keys=fields.String(), values=fields.String(), data_key="fields",
                        metadata={"description": "path of what does not fit -> what would be right"})
    obstacles = fields.List(fields.Nested(Obstacle))
    details = fields.Dict(metadata={"description": "the figures that detail speaks of"})
    incident = fields.String(metadata={"description": "number of a fault of the platform"})


class DescribedApi(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest's Api, telling the truth about our errors and our fields."""

    ERROR_SCHEMA = Problem

    def init_app(self, app: Flask, **kwargs: Any) -> None:
        """Bind the app; add the scheme of tokens and the types of our own fields."""
        self._undescribed: list[Callable[[], None]] = []
        super().init_app(app, **kwargs)
        self.spec.components.security_scheme(TOKEN, {
            "type": "http", "scheme": "bearer", "description": "from POST /api/v1/tokens"})
        for kind, word, form in ((Money, "integer", "int64"), (Count, "integer", None),
                                 (Instant, "string", "date-time"), (Day, "string", "date")):
            self.register_field(kind, word, form)

    def describe_later(self, describe: Callable[[], None]) -> None:
        """Keep a part's description until somebody asks; no start waits for it."""
        self._undescribed.append(describe)

    def _openapi_json(self) -> ResponseReturnValue:
        while self._undescribed:
            self._undescribed.pop(0)()
        answer: ResponseReturnValue = super()._openapi_json()
        return answer

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE = PROBLEM
        super()._register_responses()
        del self.DEFAULT_RESPONSE_CONTENT_TYPE


class DescribedBlueprint(SmorestBlueprint):  # type: ignore[misc]  # as above
    """A blueprint whose operations say by themselves which roles they ask for, and files with members."""

    def register_views_in_doc(self, api: DescribedApi, *args: Any, **options: Any) -> None:
        """Describe the operations when the description is first read."""
        api.describe_later(partial(super().register_views_in_doc, api, *args, **options))

    def _store_endpoint_docs(self, endpoint: str, obj: Any, *args: Any, **options: Any) -> None:
        super()._store_endpoint_docs(endpoint, obj, *args, **options)
        for method, operation in self._docs[endpoint].items():
            if method != "parameters":
                manual = operation.setdefault("manual_doc", {})
                manual.update(_who_may(obj, operation.get("success_status_codes", ())) | manual)


    def _prepare_arguments_doc(self, doc: dict[str, Any], doc_info: dict[str, Any],
                               **options: Any) -> dict[str, Any]:
        parameters = doc_info.get("arguments", {}).get("parameters", [])
        parts = [one for one in parameters if one["in"] in MULTIPART]
        if len(parts) > 1:
            kept = [one for one in parameters if one not in parts]
            whole = _multipart(*(_class_of(one["schema"]) for one in parts))
            doc_info["arguments"]["parameters"] = [
                *kept, {"in": "files", "required": True, "schema": whole}]
        prepared: dict[str, Any] = super()._prepare_arguments_doc(doc, doc_info, **options)
        return prepared


def _class_of(schema: Schema | type[Schema]) -> type[Schema]:
    return schema if isinstance(schema, type) else type(schema)


@cache
def _multipart(*parts: type[Schema]) -> type[Schema]:
    """One body of several: flask-smorest describes but the first."""
    members = {name: found for part in parts for name, found in part().fields.items()}
    return Schema.from_dict(members, name="With".join(part.__name__ for part in parts))


def _who_may(view: Any, successes: Collection[int]) -> dict[str, Any]:
    guard = guard_of(view)
    answers: dict[str, Any] = {} if successes else {"2XX": {"description": "done"}}
    if guard is None or guard.is_public:
        return {"security": [], "responses": answers}
    answers |= {"401": "UNAUTHORIZED", "403": "FORBIDDEN"}
    return {"security": [{TOKEN: []}], "responses": answers, "x-roles": sorted(guard.roles)}
