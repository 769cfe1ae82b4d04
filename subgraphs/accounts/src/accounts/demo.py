"""The users of the demo scene: 400 fans, and the accounts that one can sign in to."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import product
from typing import Any

from argon2 import PasswordHasher

from accounts.tables import Role, User
from kit.database import Database
from kit.demo import Rows, fill
from kit.scene import FAN_COUNT, NOW, SCENE, account_id, fan_id, random_for

PASSWORD = "wing-demo-2026"  # noqa: S105 (of the demo accounts, for everybody to use)
OLDEST_ACCOUNT_DAYS = 3 * 365
NEWEST_ACCOUNT_DAYS = 121

ACCOUNTS = (
    ("haru", "하루", [Role.FAN]),
    ("minjun", "민준", [Role.FAN]),
    ("band", "달빛공장", [Role.FAN, Role.ARTIST]),
    ("new", "첫걸음", [Role.FAN, Role.ARTIST]),
    ("mod", "지킴이", [Role.FAN, Role.MODERATOR]),
    ("ops", "운영팀", [Role.FAN, Role.OPERATOR]),
)

_MOODS = (
    *("졸린", "느긋한", "씩씩한", "조용한", "반짝이는", "엉뚱한", "다정한", "수줍은", "용감한"),
    *("포근한", "말랑한", "심심한", "새까만", "새하얀", "배고픈", "뽀송한", "촉촉한", "동그란"),
)
_NAMES = (
    *("고양이", "수달", "참새", "두더지", "돌고래", "고슴도치", "나무늘보", "펭귄", "다람쥐"),
    *("부엉이", "해파리", "거북이", "두루미", "오리너구리", "여우", "토끼", "감자", "구름", "귤"),
)
_ENGLISH_NAMES = ("Juniper", "Wren", "Sol", "Indigo", "Marlow", "Piper", "Rowan", "Theo", "Iris")
_SURNAMES = ("Park", "Hale", "Moon", "Finch", "Vale", "Stone", "Lane", "Rivers", "Ash", "Reed")


async def seed(database: Database) -> int:
    """Fill an empty database with the scene; return how many rows that were."""
    return await fill(database, User, rows)


def rows() -> Rows:
    """Return the rows of the scene."""
    yield User, [*_accounts(), *_fans()]


def _accounts() -> Iterator[dict[str, Any]]:
    # A salt of its own for each would protect nothing here: everybody knows the password.
    password_hash = PasswordHasher().hash(PASSWORD, salt=SCENE.bytes)
    for name, display_name, roles in ACCOUNTS:
        yield {
            "id": account_id(name),
            "email": f"{name}@wing.test",
            "display_name": display_name,
            "joined_at": NOW - timedelta(days=OLDEST_ACCOUNT_DAYS),
            "roles": roles,
            "password_hash": password_hash,
        }


def _fans() -> Iterator[dict[str, Any]]:
    """Yield the fans, who have no password; each has a name that no other has."""
    chance = random_for("fans")
    names = [" ".join(parts) for parts in product(_MOODS, _NAMES)]
    names += [" ".join(parts) for parts in product(_ENGLISH_NAMES, _SURNAMES)]
    for number, name in enumerate(chance.sample(names, FAN_COUNT), 1):
        age = timedelta(
            days=chance.randrange(NEWEST_ACCOUNT_DAYS, OLDEST_ACCOUNT_DAYS),
            seconds=chance.randrange(86_400),
        )
        yield {
            "id": fan_id(number),
            "email": f"fan-{number}@fans.wing.test",
            "display_name": name,
            "joined_at": NOW - age,
            "roles": [Role.FAN],
            "password_hash": None,
        }
