"""What the server says of itself, of the caller and of the key."""

from __future__ import annotations

from typing import Any

from tests.fakes.immich import dates
from tests.fakes.immich.refusal import bad_uuid
from tests.fakes.immich.routing import ANY, Answer, Call, Json, route
from tests.fakes.immich.shapes import user_shape

NAMES = {1: "1.135.3", 2: "2.7.5", 3: "3.1.0"}
_EXIFTOOL = {1: "13.00", 2: "13.53", 3: "13.59"}


@route("GET", "/server/ping", None)
def ping(call: Call) -> Answer:
    return Json({"res": "pong"})


@route("GET", "/server/version", None)
def version(call: Call) -> Answer:
    major, minor, patch = (int(part) for part in NAMES[call.version].split("."))
    answer: dict[str, Any] = {"major": major, "minor": minor, "patch": patch}
    if call.version >= 3:
        answer["prerelease"] = None
    return Json(answer)


@route("GET", "/server/config", None)
def config(call: Call) -> Answer:
    answer: dict[str, Any] = {
        "loginPageMessage": "",
        "trashDays": 30,
        "userDeleteDelay": 7,
        "oauthButtonText": "Login with OAuth",
        "isInitialized": True,
        "isOnboarded": False,
        "externalDomain": "",
        "publicUsers": True,
        "mapDarkStyleUrl": "https://tiles.immich.cloud/v1/style/dark.json",
        "mapLightStyleUrl": "https://tiles.immich.cloud/v1/style/light.json",
    }
    if call.version >= 2:
        answer["maintenanceMode"] = False
    if call.version >= 3:
        answer["minFaces"] = 3
    return Json(answer)


@route("GET", "/server/features", None)
def features(call: Call) -> Answer:
    answer = {
        "smartSearch": False,
        "facialRecognition": False,
        "duplicateDetection": False,
        "map": True,
        "reverseGeocoding": True,
        "importFaces": True,
        "sidecar": True,
        "search": True,
        "trash": True,
        "oauth": False,
        "oauthAutoLaunch": False,
    }
    if call.version >= 2:
        answer["ocr"] = False
    answer |= {"passwordLogin": True, "configFile": False, "email": False}
    if call.version >= 3:
        answer["realtimeTranscoding"] = False
    return Json(answer)


@route("GET", "/server/about", "server.about", v1=ANY)
def about(call: Call) -> Answer:
    name = NAMES[call.version]
    return Json(
        {
            "version": f"v{name}",
            "versionUrl": f"https://github.com/immich-app/immich/releases/tag/v{name}",
            "licensed": False,
            "nodejs": "v24.15.0",
            "exiftool": _EXIFTOOL[call.version],
            "ffmpeg": "5.1.9-0+deb12u1",
            "libvips": "8.17.3",
            "imagemagick": "",
        }
    )


@route("GET", "/users/me", "user.read", v1=ANY)
def users_me(call: Call) -> Answer:
    user = call.me
    stamp = dates.top(user.created_us // 1000)
    usage = sum(a.size_bytes for a in call.library.assets.values() if a.owner_id == user.id)
    shape = user_shape(user)
    shape["profileChangedAt"] = stamp
    return Json(
        shape
        | {
            "storageLabel": user.name.lower(),
            "shouldChangePassword": True,
            "isAdmin": user.admin,
            "createdAt": stamp,
            "deletedAt": None,
            "updatedAt": stamp,
            "oauthId": "",
            "quotaSizeInBytes": None,
            "quotaUsageInBytes": usage,
            "status": "active",
            "license": None,
        }
    )


@route("GET", "/api-keys/me", ANY, v1="apiKey.read")
def key_me(call: Call) -> Answer:
    if call.version == 1:
        raise bad_uuid(1, "id")
    stamp = dates.top(1_700_000_000_000)
    return Json(
        {
            "id": call.key_id,
            "name": call.key_name,
            "createdAt": stamp,
            "updatedAt": stamp,
            "permissions": list(call.permissions),
        }
    )


@route("GET", "/users", "user.read", v1=ANY)
def users(call: Call) -> Answer:
    listed = call.library.users.values()
    return Json([user_shape(user) | {"profileChangedAt": dates.top(user.created_us // 1000)} for user in listed])
