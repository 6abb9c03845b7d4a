"""What the control socket's verbs mean: each takes the request's values and gives the answer's.

Raises UsageError with a sentence for what makes no sense; the server turns that into an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from frame.control import VERBS
from frame.intents import write_intent
from frame.overlays.locale import reasons
from frame.player import Player
from frame.power.decide import Press
from frame.power.screen import Screen
from frame.selection.proof import prove
from frame.sign import LONGEST_SECONDS
from frame.state import Shown, State
from sync.catalogue import PhotoEntry
from sync.clock import Clock
from sync.errors import MantelpieceError, UsageError, did_you_mean
from sync.home import Home

_MOST_LINES, _MOST_CHARACTERS = 8, 200
_MOST_HIDDEN = 2000


class Answers:
    """Called with each request, a JSON object with `verb`; gives the answer."""

    def __init__(self, player: Player, state: State, home: Home, clock: Clock) -> None:
        self._player = player
        self._state = state
        self._home = home
        self._clock = clock
        self._favourites: dict[str, bool] = {}
        self._verbs: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "now": self._now,
            "show": self._show,
            "shown": self._shown,
            "welcome": self._welcome,
            "sign": self._sign,
            "favourite": self._favourite,
            "hide": self._hide,
            "hidden": self._hidden,
            "fairness": self._fairness,
            "screen": self._screen,
            "motion": self._motion,
        }

    def __call__(self, request: dict[str, Any]) -> dict[str, Any]:
        verb = request.get("verb")
        if not isinstance(verb, str) or verb not in VERBS:
            hint = did_you_mean(verb, list(VERBS)) if isinstance(verb, str) and len(verb) < 50 else ""
            raise UsageError(f"The frame knows the verbs {', '.join(VERBS)}.{hint}")
        if verb in self._verbs:
            return self._verbs[verb](request)
        if not self._player.orders.press(verb):
            raise UsageError("There is no earlier photo to go back to.")
        return {"paused": self._player.turn.paused}

    def _now(self, _request: dict[str, Any]) -> dict[str, Any]:
        player, current = self._player, self._player.turn.current
        display = player.stage.display
        answer: dict[str, Any] = {
            "showing": "photo" if current else "welcome" if player.curtain.drawn else "nothing",
            "paused": player.turn.paused,
            "photos": len(player.playlist),
            "display": display.name if display else None,
            "problems": player.all_problems(),
            "sign_seconds": round(player.curtain.seconds_left()),
        }
        if player.screen is not None:
            answer["screen"] = player.screen.facts()
        if current is not None:
            answer |= self._facts(current.item.entry)
            answer |= {"why": current.item.why, "why_in": reasons(current.item.why), "since": current.at}
        return answer

    def _show(self, request: dict[str, Any]) -> dict[str, Any]:
        """A photo that is not here yet is waited for: it may be on its way."""
        key = request.get("key")
        if not isinstance(key, str) or not key:
            raise UsageError("'key' must name a photo.")
        if key in self._state.hidden:
            raise UsageError("That photo is hidden on this wall.")
        return {"key": key, "here": self._player.orders.wish(key)}

    def _shown(self, _request: dict[str, Any]) -> dict[str, Any]:
        history = reversed(self._state.history)
        return {"shown": [self._line(key, shown) for shown in history for key in shown.keys]}

    def _line(self, key: str, shown: Shown) -> dict[str, Any]:
        server, _, asset = key.partition(":")
        entry = self._player.playlist.find(key)
        line: dict[str, Any] = {"key": key, "server": server, "asset": asset, "at": shown.at}
        if entry is not None:
            line |= {"album": _album(entry), "file_name": entry.file_name, "object": entry.display}
        return line

    def _facts(self, entry: PhotoEntry) -> dict[str, Any]:
        server, _, asset = entry.key.partition(":")
        return {
            "key": entry.key,
            "server": server,
            "asset": asset,
            "album": _album(entry),
            "albums": [name for name, _ in entry.albums],
            "file_name": entry.file_name,
            "object": entry.display,
            "taken": entry.taken,
            "local_time": entry.local_time,
            "zone": entry.zone,
            "place": ", ".join(part for part in (entry.city, entry.state, entry.country) if part),
            "people": list(dict.fromkeys(face.name for face in entry.faces if face.name)),
            "tags": list(entry.tags),
            "caption": entry.caption,
            "rating": entry.rating,
            "favourite": self._favourites.get(entry.key, entry.favourite),
        }

    def _welcome(self, request: dict[str, Any]) -> dict[str, Any]:
        self._player.curtain.welcome = self._lines(request)
        return {}

    def _sign(self, request: dict[str, Any]) -> dict[str, Any]:
        lines, seconds = self._lines(request), request.get("seconds", 0)
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= LONGEST_SECONDS:
            raise UsageError(f"'seconds' must be a number from 0 to {LONGEST_SECONDS:.0f}.")
        self._player.orders.put_up_sign(lines, float(seconds))
        return {"seconds": round(self._player.curtain.seconds_left())}

    def _lines(self, request: dict[str, Any]) -> tuple[str, ...]:
        lines = request.get("lines")
        if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
            raise UsageError("'lines' must be a list of texts; an empty one brings the usual words back.")
        if len(lines) > _MOST_LINES or any(len(line) > _MOST_CHARACTERS for line in lines):
            raise UsageError(f"At most {_MOST_LINES} lines of {_MOST_CHARACTERS} characters fit on the picture.")
        return tuple("".join(filter(str.isprintable, line)) for line in lines)

    def _favourite(self, request: dict[str, Any]) -> dict[str, Any]:
        keys, value = self._target(request)
        for key in keys:
            write_intent(self._home, "favourite", key, value=value, now=self._clock.now())
            self._favourites[key] = value
        current = self._player.turn.current
        if current is not None and set(keys) & set(current.item.keys):
            self._player.nods.nod("liked" if value else "not-liked")
        return {"key": keys[0], "keys": keys, "favourite": value}

    def toggle_favourite(self) -> None:
        """What is on the wall becomes a favourite (both of a pair), or none any more: a key has no label that could
        say which."""
        current = self._player.turn.current
        if current is None:
            return
        entries = filter(None, (current.item.entry, current.item.partner))
        try:
            liked = all(self._favourites.get(entry.key, entry.favourite) for entry in entries)
            self._favourite({"value": not liked})
        except (MantelpieceError, OSError) as error:
            self._player.problems["favourite"] = f"The favourite could not be written down: {error}"
            self._player.nods.nod("not-noted")

    def _hide(self, request: dict[str, Any]) -> dict[str, Any]:
        keys, value = self._target(request)
        for key in keys:
            write_intent(self._home, "hide", key, value=value, now=self._clock.now())
            self._player.orders.hide(key, value)
        return {"key": keys[0], "keys": keys, "hidden": value}

    def _screen(self, request: dict[str, Any]) -> dict[str, Any]:
        """`set` is on, off or auto; without it nothing changes."""
        screen, wanted = self._own_screen(), request.get("set")
        if wanted is not None:
            if wanted not in [press.value for press in Press]:
                raise UsageError("'set' must be on, off or auto.")
            screen.press(Press(wanted))
            screen.decide()
        return {"screen": screen.facts()}

    def _motion(self, _request: dict[str, Any]) -> dict[str, Any]:
        self._own_screen().motion()
        return {}

    def _own_screen(self) -> Screen:
        if self._player.screen is None:
            raise UsageError("This wall is always lit: it only shows some pictures.")
        return self._player.screen

    def _hidden(self, _request: dict[str, Any]) -> dict[str, Any]:
        hidden = sorted(self._state.hidden)
        return {"hidden": hidden[:_MOST_HIDDEN], "count": len(hidden)}

    def _fairness(self, _request: dict[str, Any]) -> dict[str, Any]:
        """Of each album how many photos were shown, and since when all of them were."""
        collection = self._player.playlist.collection
        if collection is None:
            return {"albums": []}
        names = [album.name for album in collection.catalogue.albums()]
        return {"albums": [asdict(each) for each in prove(collection.pool, names, self._state.memory.seen)]}

    def _target(self, request: dict[str, Any]) -> tuple[tuple[str, ...], bool]:
        """The photos that are meant (what is on the wall where none is named: both of a pair) and yes or no."""
        current, value = self._player.turn.current, request.get("value", True)
        if not isinstance(value, bool):
            raise UsageError("'value' must be true or false.")
        if "key" not in request and current is not None:
            return current.item.keys, value
        key = request.get("key")
        if not isinstance(key, str) or (self._player.playlist.find(key) is None and key not in self._state.hidden):
            raise UsageError("There is no such photo on this wall." if key else "There is no photo on the wall.")
        return (key,), value


def _album(entry: PhotoEntry) -> str:
    return entry.albums[0][0] if entry.albums else ""
