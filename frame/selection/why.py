"""Why a photo is on the wall: an English sentence for logs and the control socket that can be said in other languages.

Made by whoever chooses; `Locale.because` says it on the wall.
"""

from __future__ import annotations

_FAIR = "each of the {count} photos that may come now has its turn before any repeats."
SENTENCES = {
    "only": "The only photo that may come now, from “{album}”.",
    "sequential": "Number {rank} of {count} in album order, from “{album}”.",
    "newest": "Number {rank} of {count} from the newest, from “{album}”.",
    "oldest": "Number {rank} of {count} from the oldest, from “{album}”.",
    "story": "Told in sequence from “{album}”{often}: " + _FAIR,
    "this-day": "One of {count} photos of this day in other years, from “{album}”{often}.",
    "random": "Chosen at random from “{album}”{often}: " + _FAIR,
    "wished": "Somebody asked for it.",
    "back": "Somebody went back to it.",
    "forward": "Forward again, after going back.",
    "resumed": "It was on the wall when the frame stopped.",
}
OFTEN = ", with weight {weight:g}"


class Why(str):
    """The English sentence, and what another language needs to say the same."""

    __slots__ = ("facts", "kind")
    kind: str
    """A key of SENTENCES."""
    facts: dict[str, object]

    def __new__(cls, kind: str, **facts: object) -> Why:
        made = super().__new__(cls, said(SENTENCES[kind], OFTEN, facts))
        made.kind, made.facts = kind, facts
        return made


def said(sentence: str, often: str, facts: dict[str, object]) -> str:
    """The sentence with its facts; `often` stands in it only for photos whose weight is not the usual one."""
    return sentence.format(**facts, often="" if facts.get("weight", 1) == 1 else often.format(**facts))
