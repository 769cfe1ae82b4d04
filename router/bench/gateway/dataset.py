"""Users, products, reviews and stock: made, not recorded, and always the same."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

_USERS = 5
_REVIEWS_OF_A_USER = 3
_PRODUCTS = 7
_MODULUS: int = 2**32
_TEXT = """
warm clear loud honest bright tired gentle heavy quick hollow golden rough patient strange record
evening sleeve needle chorus bridge guitar kitchen window river morning street amp tape letter
"""
_WORDS: tuple[str, ...] = tuple(_TEXT.split())


@dataclass(frozen=True, slots=True)
class User:
    """A person who writes reviews."""

    id: str
    name: str
    username: str
    birthday: int


@dataclass(frozen=True, slots=True)
class Product:
    """A thing that is reviewed."""

    upc: str
    name: str
    price: int
    weight: int
    in_stock: bool
    description: str


@dataclass(frozen=True, slots=True)
class Review:
    """What a user says of a product."""

    id: str
    body: str
    author: str
    product: str


def _words(seed: int, count: int) -> str:
    """Return `count` words that follow from `seed`."""
    words: list[str] = []
    state: int = seed * 2654435761 % _MODULUS
    for _ in range(count):
        state = (state * 1664525 + 1013904223) % _MODULUS
        words.append(_WORDS[(state >> 16) % len(_WORDS)])
    return " ".join(words)


@cache
def users() -> tuple[User, ...]:
    """Return all users."""
    return tuple(
        User(str(number), _words(number, 2).title(), f"user{number}", 1960 + number)
        for number in range(1, _USERS + 1)
    )


@cache
def product(number: int) -> Product:
    """Return one of as many products as anybody asks for, counted from 1."""
    return Product(
        str(number),
        _words(100 + number, 3).title(),
        price=number * 137 % 1500,
        weight=number * 71 % 400,
        in_stock=number % 3 != 0,
        description=_words(5000 + number, 20),
    )


def catalog(size: int) -> tuple[Product, ...]:
    """Return the first `size` products."""
    return tuple(product(number) for number in range(1, size + 1))


@cache
def products() -> tuple[Product, ...]:
    """Return the products that are reviewed."""
    return catalog(_PRODUCTS)


@cache
def reviews() -> tuple[Review, ...]:
    """Return all reviews: some by each user, spread over the products."""
    return tuple(
        Review(
            str(number + 1),
            _words(1000 + number, 46),
            author=str(number % _USERS + 1),
            product=str(number * 3 % _PRODUCTS + 1),
        )
        for number in range(_USERS * _REVIEWS_OF_A_USER)
    )
