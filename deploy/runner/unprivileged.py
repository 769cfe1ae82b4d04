"""Run PostgreSQL's programs, which refuse to run as root, under an account that may run them."""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from runner.errors import PostgresError

ACCOUNTS = ("postgres", "nobody")
ROOT_USER = 0


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the programs: ourselves, or for root somebody with fewer rights."""

    user: int
    group: int
    prefix: tuple[str, ...] = ()

    @classmethod
    def for_server(cls, home: Path, *, passing: Iterable[Path]) -> Account:
        """Return who runs the server in `home` and can pass through the folders `passing`."""
        if os.geteuid() != ROOT_USER:
            return cls(os.geteuid(), os.getegid())
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise PostgresError(
                "for root it needs the program `setpriv` to give up rights;"
                " install util-linux, or start the platform as another user"
            )
        user, group = _owner(home) or _existing_account()
        drop = (setpriv, f"--reuid={user}", f"--regid={group}", "--clear-groups")
        # The right to pass through closed folders, such as root's home, is kept only where one is
        # in the way: opening other people's folders to everybody is not ours to do.
        keep = ("--inh-caps=+dac_override", "--ambient-caps=+dac_override")
        return cls(user, group, (*drop, *(keep if _is_closed(passing) else ()), "--"))


def _owner(home: Path) -> tuple[int, int] | None:
    """Return whose server is in `home`, unless there is none or it is root's unfinished one."""
    if not home.exists() or home.stat().st_uid == ROOT_USER:
        return None
    return home.stat().st_uid, home.stat().st_gid


def _existing_account() -> tuple[int, int]:
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return entry.pw_uid, entry.pw_gid
    raise PostgresError(
        f"it does not run as root, and there is no account {' or '.join(ACCOUNTS)};"
        " create one, or start the platform as another user"
    )


def _is_closed(passing: Iterable[Path]) -> bool:
    """Return whether anybody is kept from passing through one of these folders."""
    folders = {each for path in passing for each in (path, *path.parents)}
    return any(not folder.stat().st_mode & stat.S_IXOTH for folder in folders)
