"""Tokens of the JSON API."""

from __future__ import annotations

from flask import Blueprint

from admin.pages.keys import Keys, install

pages = Blueprint("tokens", __name__)

TOKENS = Keys("tokens", lambda context: context.tokens)
install(pages, TOKENS)
