"""A form shown to a person: what was typed, what is wrong with it, and nothing lost.

Usage in a view::

    form = Form(request.form)
    with form.attempt():
        data = form.load(LotIn())
        with unit_of_work() as work:
            lot = services.draft_lot(work.session, **data, actor=signed_in())
        return redirect(...)
    return render_template("auction/lot_form.html", form=form), form.status
"""

from collections.abc import Mapping
from types import TracebackType
from typing import Any

from marshmallow import Schema
from werkzeug.datastructures import MultiDict

from kernel.errors import DomainError, InvalidInput
from kernel.languages import explain, list_obstacles, say
from kernel.schemas import load_form


class Form:
    """What the template macros need of a form.

    Attributes:
        values: name -> what was typed, or what to show at first.
        errors: path of a field -> what would be right, in the reader's language.
        summary: one sentence on what went wrong as a whole, None if nothing did.
        rule: rule id of a refusal by law, None otherwise.
        labels: name -> what the page calls the field; the macro ``field`` fills it, so that the
            summary on top can say which field each error is about.
        obstacles: all that stands in the way of the act, see ``kernel.languages.list_obstacles``;
            a page may give one a ``url`` that leads to its remedy.
        status: the HTTP status that the page is sent with.
    """

    def __init__(self, typed: Mapping[str, Any] | None = None, /, *,
                 initial: Mapping[str, Any] | None = None) -> None:
        self.values: dict[str, Any] = dict(initial or {})
        if isinstance(typed, MultiDict):
            self.values |= {name: found if len(found) > 1 else found[0]
                            for name, found in typed.lists()}
        elif typed:
            self.values |= typed
        self.errors: dict[str, str] = {}
        self.summary: str | None = None
        self.rule: str | None = None
        self.labels: dict[str, str] = {}
        self.obstacles: list[dict[str, str]] = []
        self.status = 200

    def load(self, schema: Schema) -> dict[str, Any]:
        """The checked values; see ``kernel.schemas.load_form``."""
        return load_form(schema, self.values)

    def sift(self, schema: Schema) -> dict[str, Any]:
        """What fits of a search: a list is shown whatever was typed into its address.

        A member that does not fit is left out, and stands in ``errors``.
        """
        with self.attempt():
            return self.load(schema)
        self.errors = {_member(path): said for path, said in self.errors.items()}
        return load_form(schema, {name: value for name, value in self.values.items()
                                  if name not in self.errors})

    def attempt(self) -> "Attempt":
        """Try the act; a refusal fills ``errors`` and ``summary`` and the page is shown again."""
        return Attempt(self)

    def refuse(self, error: DomainError) -> None:
        self.status = error.status
        self.summary = explain(error)
        self.rule = error.rule
        self.obstacles = list_obstacles(getattr(error, "obstacles", ()))
        if isinstance(error, InvalidInput):
            self.errors = {path: say(message, error.details)
                           for path, message in error.fields.items()}


def _member(path: str) -> str:
    """``state[0]`` is said of ``state``."""
    return path.partition("[")[0].partition(".")[0]


class Attempt:
    """What ``Form.attempt`` opens. A class, so that its type says that it may swallow a refusal."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None,
                 _trace: TracebackType | None) -> bool:
        if not isinstance(error, DomainError):
            return False
        self._form.refuse(error)
        return True
