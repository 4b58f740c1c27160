"""What one must know to take part: the way, the words, and how everyone can use this site."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from kernel.access import public
from kernel.languages import say
from kernel.law import CURRENT, rule_set
from portal.rules.figures import figures_of
from portal.rules.glossary import GLOSSARY

pages = Blueprint("help", __name__)


@pages.get("/help")
@public
def ways() -> ResponseReturnValue:
    """From finding a lot to holding its keys, and what to do where something is wrong."""
    return render_template("portal/help.html", f=figures_of(rule_set(CURRENT)))


@pages.get("/glossary")
@public
def glossary() -> ResponseReturnValue:
    """The words of the law in both languages, each with its article."""
    figures = figures_of(rule_set(CURRENT))
    return render_template("portal/glossary.html", chapters=[
        {"slug": chapter.slug, "title": say(chapter.title),
         "terms": [_shown(term, figures) for term in chapter.terms]} for chapter in GLOSSARY])


@pages.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    """What was tested, what is not perfect, whom to tell."""
    return render_template("portal/accessibility.html")


def _shown(term: Any, figures: dict[str, str]) -> dict[str, str]:
    return {"slug": term.slug, "zh": term.zh, "en": term.en, "meaning": say(term.meaning, figures),
            "rule": term.rule, "article": term.article}
