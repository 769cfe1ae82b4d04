"""What makes a comment fit to be kept."""

import unicodedata
from dataclasses import dataclass
from uuid import UUID

from kit.nodes import parse_id

LONGEST_BODY = 1000


@dataclass(frozen=True, slots=True)
class Draft:
    """A comment that may be kept."""

    artist_id: UUID
    body: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a comment may not be kept."""

    field: str
    message: str


def draft_comment(artist_id: str, body: str) -> Draft | Refusal:
    """Return the comment to keep, or why it is refused.

    >>> draft_comment("no id", "hello")
    Refusal(field='artistId', message='is not the id of an artist')
    """
    match parse_id(artist_id):
        case ("Artist", key):
            text = unicodedata.normalize("NFC", "".join(filter(_is_text, body))).strip()
        case _:
            return Refusal("artistId", "is not the id of an artist")
    if not any(map(_is_visible, text)):
        return Refusal("body", "is empty")
    if len(text) > LONGEST_BODY:
        return Refusal("body", f"has {len(text)} characters, and {LONGEST_BODY} are the most")
    return Draft(key, text)


def _is_visible(character: str) -> bool:
    """Return whether a reader sees something: not a space, a control or a format character."""
    return unicodedata.category(character)[0] not in "CZ"


def _is_text(character: str) -> bool:
    """Return whether a character is more than a control code, or half of one that is."""
    return character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs")
