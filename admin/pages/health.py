"""`/healthz`: whether the page, the service, the wall and the data are there, and not a word more."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from admin.context import context

pages = Blueprint("health", __name__)


@pages.get("/healthz")
def page() -> tuple[Response, int]:
    here = context()
    wall, data = here.now() is not None, here.home.marker.exists()
    well = {"page": True, "service": here.service_runs(), "wall": wall, "data": data}
    return jsonify(well), 200 if all(well.values()) else 503
