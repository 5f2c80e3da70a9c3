"""`/architecture/coverage`: the five reference models, what is classified where, and what is not. Layer 2."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from maidinh.channels.routing import page
from maidinh.channels.web.editions import Reading, reading, reference
from maidinh.governance.exploring.coverage import MODELS, Branch, Coverage
from maidinh.governance.exploring.coverage import coverage as covered


@reading
def coverage(request: HttpRequest, of: Reading) -> HttpResponse:
    """The five models side by side, and one of them as a tree."""
    model = of.edition.model
    found = covered(model.elements, reference().sources, model.framework)
    wanted = request.GET.get("model", "")
    chosen = next((each for each in found if each.model == wanted), found[0])
    context = of.context(
        models=[
            {
                "model": each.model,
                "name": names()[each.model],
                "href": of.href("architecture-coverage", {"model": each.model}),
                "codes": each.codes,
                "used": each.used,
                "unclassified": len(each.unclassified),
                "unknown": len(each.unknown),
            }
            for each in found
        ],
        choices=[(each, names()[each]) for each in MODELS],
        chosen=chosen.model,
        chosen_name=names()[chosen.model],
        trees=_trees(of, chosen),
        unclassified=[of.row(each) for each in chosen.unclassified],
        unknown=[(code, [of.row(each) for each in ids]) for code, ids in chosen.unknown.items()],
    )
    return render(request, "architecture/coverage.html", context)


def names() -> dict[str, str]:
    """What the five models are called."""
    return {
        "brm": _("Business (BRM)"),
        "drm": _("Data (DRM)"),
        "arm": _("Applications (ARM)"),
        "trm": _("Technology (TRM)"),
        "srm": _("Security (SRM)"),
    }


def _trees(of: Reading, found: Coverage) -> list[dict[str, Any]]:
    return [
        {
            "title": each.catalogue.name.in_language(of.words.language),
            "legal": each.catalogue.legal or each.catalogue.source or "",
            "codes": each.codes,
            "used": each.used,
            "branches": [_branch(of, branch) for branch in each.branches],
        }
        for each in found.trees
    ]


def _branch(of: Reading, branch: Branch) -> dict[str, Any]:
    item = branch.item
    return {
        "code": item.code or "",
        "name": item.name.in_language(of.words.language) if item.name else "" if item.code else item.key,
        "elements": [of.row(each) for each in branch.elements],
        "below": len(branch.below),
        "children": [_branch(of, each) for each in branch.children],
    }


ROUTES = [page("architecture/coverage", coverage, name="architecture-coverage", who="architecture.read")]
