"""The facts of the demo scene that services agree on without reading one another.

The scene is invented, and the same bytes come from the same seed on every machine.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from uuid import NAMESPACE_URL, UUID, uuid5

SCENE = uuid5(NAMESPACE_URL, "https://wing.example/scene")
FAN_COUNT = 400

# The scene's "now": fixed, and before any real one, so that what people write comes after it.
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ArtistFacts:
    """What every service may know of an artist of the scene."""

    name: str
    slug: str
    genres: tuple[str, ...]
    sings_korean: bool = True

    @property
    def id(self) -> UUID:
        """The artist's key in every service."""
        return scene_id("artist", self.slug)


def scene_id(kind: str, name: str) -> UUID:
    """Return the key of one thing of the scene, always the same."""
    return uuid5(SCENE, f"{kind}/{name}")


def fan_id(number: int) -> UUID:
    """Return the key of a fan, numbered from 1 to `FAN_COUNT`."""
    return scene_id("user", f"fan-{number}")


def account_id(name: str) -> UUID:
    """Return the key of the demo account `name`@wing.test."""
    return scene_id("user", name)


def random_for(part: str) -> Random:
    """Return the source of chance for one part of the scene; parts do not disturb each other."""
    return Random(f"{SCENE}/{part}")  # noqa: S311 (no secret depends on it)


LEAD = ArtistFacts("달빛공장", "달빛공장", ("dream-pop", "indie-rock"))

ARTISTS = (
    LEAD,
    ArtistFacts("새벽우체국", "새벽우체국", ("folk",)),
    ArtistFacts("파란담요", "파란담요", ("dream-pop", "ambient")),
    ArtistFacts("종이우산", "종이우산", ("folk", "indie-rock")),
    ArtistFacts("느린강", "느린강", ("jazz",)),
    ArtistFacts("유리온실", "유리온실", ("synth-pop", "dream-pop")),
    ArtistFacts("모래극장", "모래극장", ("indie-rock",)),
    ArtistFacts("골목서점", "골목서점", ("hip-hop", "jazz")),
    ArtistFacts("여름눈사람", "여름눈사람", ("rnb",)),
    ArtistFacts("잔물결", "잔물결", ("ambient", "electronica")),
    ArtistFacts("낡은필름", "낡은필름", ("indie-rock", "punk")),
    ArtistFacts("옥상정원사", "옥상정원사", ("rnb", "hip-hop")),
    ArtistFacts("비밀정류장", "비밀정류장", ("electronica",)),
    ArtistFacts("구름세탁소", "구름세탁소", ("synth-pop",)),
    ArtistFacts("초록전구", "초록전구", ("punk",)),
    ArtistFacts("겨울바다전화", "겨울바다전화", ("folk", "ambient")),
    ArtistFacts("Paper Harbor", "paper-harbor", ("folk", "indie-rock"), sings_korean=False),
    ArtistFacts("Velvet Static", "velvet-static", ("electronica", "synth-pop"), sings_korean=False),
    ArtistFacts("Night Bus Choir", "night-bus-choir", ("rnb", "jazz"), sings_korean=False),
    ArtistFacts("Salt and Cedar", "salt-and-cedar", ("folk",), sings_korean=False),
    ArtistFacts("Hollow Orchard", "hollow-orchard", ("punk", "indie-rock"), sings_korean=False),
    ArtistFacts("Low Tide Radio", "low-tide-radio", ("ambient", "jazz"), sings_korean=False),
    ArtistFacts("서울 Overdrive", "서울-overdrive", ("hip-hop", "electronica")),
    ArtistFacts("Mono 정원", "mono-정원", ("synth-pop", "rnb")),
)
