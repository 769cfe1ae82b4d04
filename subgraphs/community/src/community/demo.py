"""The comments of the demo scene: 1,500, and at least 20 for every artist."""

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

from community.demo_words import english_comment, korean_comment
from community.tables import Comment
from kit.database import Database
from kit.demo import Rows, fill
from kit.scene import (
    ARTISTS,
    FAN_COUNT,
    LEAD,
    NOW,
    ArtistFacts,
    account_id,
    fan_id,
    random_for,
    scene_id,
)

COMMENT_COUNT = 1500
LEAST_PER_ARTIST = 20
SIMULATED_SECONDS = 120 * 86_400

# How often fans write about the lead for each time they write about somebody else.
LEAD_POPULARITY = 8
KOREAN_SHARE = {True: 0.85, False: 0.4}
DEMO_FANS = (account_id("haru"), account_id("minjun"))


async def seed(database: Database) -> int:
    """Fill an empty database with the scene; return how many rows that were."""
    return await fill(database, Comment, rows)


def rows() -> Rows:
    """Return the rows of the scene."""
    yield Comment, list(_comments(random_for("comments")))


def _comments(chance: Random) -> Iterator[dict[str, Any]]:
    fans = [*DEMO_FANS, *(fan_id(number) for number in range(1, FAN_COUNT + 1))]
    for number, artist in enumerate(_artists(chance), 1):
        korean = chance.random() < KOREAN_SHARE[artist.sings_korean]
        write = korean_comment if korean else english_comment
        yield {
            "id": scene_id("comment", str(number)),
            "artist_id": artist.id,
            "author_id": chance.choice(fans),
            "body": write(artist, chance),
            "created_at": NOW - timedelta(seconds=chance.randrange(SIMULATED_SECONDS)),
        }


def _artists(chance: Random) -> list[ArtistFacts]:
    """Return to whom each comment is written."""
    weights = [LEAD_POPULARITY if artist is LEAD else chance.randrange(1, 4) for artist in ARTISTS]
    least = [artist for artist in ARTISTS for _ in range(LEAST_PER_ARTIST)]
    return [*least, *chance.choices(ARTISTS, weights, k=COMMENT_COUNT - len(least))]
