"""Pages of keys that open one thing each: which there are, a new one shown once, removal of one or all. What differs
between those of programs and those of displays is said in `Keys`; tokens.py and displays.py install it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from admin.context import Context, context
from admin.security.tokens import Tokens
from sync.errors import UsageError


@dataclass(frozen=True)
class Keys:
    """One kind; `name` is its blueprint's, its address and the beginning of its texts."""

    name: str
    of: Callable[[Context], Tokens]
    shown: Callable[[str], str] = str
    """What a person copies, given the secret."""


def install(pages: Blueprint, keys: Keys) -> None:
    """Add the page and its buttons."""

    @pages.get(f"/{keys.name}")
    def page() -> str:
        return _page(keys)

    @pages.post(f"/{keys.name}/make")
    def make() -> str | tuple[str, int]:
        """The one page that ever shows it; not a redirect, for the secret must stand in no address."""
        name = request.form.get("name", "").strip()
        try:
            secret = keys.of(context()).make(name)
        except UsageError as error:
            return _page(keys, problem=error.sentence, typed=name), 422
        return _page(keys, made=keys.shown(secret))

    @pages.post(f"/{keys.name}/remove")
    def remove() -> Response:
        keys.of(context()).remove(request.form.get("name", ""))
        return redirect(url_for(f"{keys.name}.page"), 303)

    @pages.post(f"/{keys.name}/remove-all")
    def remove_all() -> Response:
        """All at once, for whoever no longer knows who has one."""
        keys.of(context()).remove_all()
        return redirect(url_for(f"{keys.name}.page"), 303)


def _page(keys: Keys, *, made: str = "", problem: str = "", typed: str = "") -> str:
    every = keys.of(context()).every()
    return render_template("keys.html", kind=keys.name, keys=every, made=made, problem=problem, typed=typed)
