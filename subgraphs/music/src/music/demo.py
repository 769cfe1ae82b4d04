"""The music of the demo scene: 24 artists, 40 releases, 160 tracks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from kit.database import Database
from kit.demo import Rows, fill
from kit.scene import ARTISTS, LEAD, NOW, ArtistFacts, random_for, scene_id
from music.demo_words import BIOS, DISTRICTS, GENRES, LEAD_RELEASES, english_titles, korean_titles
from music.tables import Album, AlbumKind, Artist, ArtistGenre, Genre, Track, TrackArtist

# With the lead's own, 40 releases with 160 tracks.
OTHER_RELEASES = (AlbumKind.ALBUM,) * 10 + (AlbumKind.EP,) * 11 + (AlbumKind.SINGLE,) * 14
TRACK_COUNTS = {AlbumKind.ALBUM: 8, AlbumKind.EP: 4, AlbumKind.SINGLE: 1}
OLDEST_RELEASE_DAYS = 5 * 365
NEWEST_RELEASE_DAYS = 2
GUEST_CHANCE = 0.1


@dataclass(frozen=True, slots=True)
class _Release:
    """One release before it becomes rows."""

    artist: ArtistFacts
    kind: AlbumKind
    title: str
    tracks: tuple[str, ...]
    days_ago: int

    @property
    def released_on(self) -> date:
        return NOW.date() - timedelta(days=self.days_ago)


async def seed(database: Database) -> int:
    """Fill an empty database with the scene; return how many rows that were."""
    return await fill(database, Artist, rows)


def rows() -> Rows:
    """Return the rows of the scene, table by table."""
    yield (
        Genre,
        [
            {"slug": slug, "name": name, "place": place}
            for place, (slug, name) in enumerate(GENRES.items(), 1)
        ],
    )
    yield (
        Artist,
        [
            {
                "id": artist.id,
                "slug": artist.slug,
                "name": artist.name,
                "bio": BIOS[artist.slug],
                "district": DISTRICTS.get(artist.slug),
            }
            for artist in ARTISTS
        ],
    )
    yield (
        ArtistGenre,
        [
            {"artist_id": artist.id, "genre_slug": genre, "place": place}
            for artist in ARTISTS
            for place, genre in enumerate(artist.genres, 1)
        ],
    )
    yield from _release_rows([*_lead_releases(), *_other_releases(random_for("releases"))])


def _release_rows(releases: list[_Release]) -> Rows:
    chance = random_for("tracks")
    albums: list[dict[str, Any]] = []
    tracks: list[dict[str, Any]] = []
    credits_: list[dict[str, Any]] = []
    for release in releases:
        album_id = scene_id("album", f"{release.artist.slug}/{release.title}")
        albums.append(
            {
                "id": album_id,
                "artist_id": release.artist.id,
                "title": release.title,
                "kind": release.kind,
                "released_on": release.released_on,
            }
        )
        for number, title in enumerate(release.tracks, 1):
            track_id = scene_id("track", f"{album_id}/{number}")
            tracks.append(
                {
                    "id": track_id,
                    "album_id": album_id,
                    "title": title,
                    "number": number,
                    "duration_ms": chance.randrange(130_000, 340_000),
                }
            )
            credits_ += (
                {"track_id": track_id, "artist_id": artist.id, "place": place}
                for place, artist in enumerate(_players(release.artist, chance), 1)
            )
    yield Album, albums
    yield Track, tracks
    yield TrackArtist, credits_


def _players(artist: ArtistFacts, chance: Random) -> Iterator[ArtistFacts]:
    """Yield who plays on one track: the artist, and now and then a guest."""
    yield artist
    if chance.random() < GUEST_CHANCE:
        yield chance.choice([other for other in ARTISTS if other is not artist])


def _lead_releases() -> Iterator[_Release]:
    for kind, days_ago, title, tracks in LEAD_RELEASES:
        yield _Release(LEAD, AlbumKind(kind), title, tracks, days_ago)


def _other_releases(chance: Random) -> Iterator[_Release]:
    """Yield the releases of all but the lead: at least one each, and a second for some."""
    others = [artist for artist in ARTISTS if artist is not LEAD]
    chance.shuffle(others)
    kinds = list(OTHER_RELEASES)
    chance.shuffle(kinds)
    titles = {True: korean_titles(chance), False: english_titles(chance)}
    artists = [*others, *others[: len(kinds) - len(others)]]
    for artist, kind in zip(artists, kinds, strict=True):
        tracks = tuple(next(titles[artist.sings_korean]) for _ in range(TRACK_COUNTS[kind]))
        # A single has the name of its song, a longer release that of one of its songs.
        yield _Release(
            artist,
            kind,
            title=chance.choice(tracks),
            tracks=tracks,
            days_ago=chance.randrange(NEWEST_RELEASE_DAYS + 1, OLDEST_RELEASE_DAYS),
        )
