"""What every service reads from its environment."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from kit.errors import SettingsError

DRIVER = "postgresql+asyncpg"
SCHEMES = ("postgresql", "postgres", DRIVER)
FALLBACK_DATABASE_SETTING = "DATABASE_URL"


def _driver_url(text: str) -> str:
    """Return a PostgreSQL address as SQLAlchemy and asyncpg take it."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise PydanticCustomError("database_url", "is not an address") from error
    if url.drivername not in SCHEMES:
        raise PydanticCustomError("database_url", "is not the address of a PostgreSQL database")
    query = dict(url.query)
    if "sslmode" in query:  # libpq's name for what asyncpg calls `ssl`
        query["ssl"] = query.pop("sslmode")
    return url.set(drivername=DRIVER, query=query).render_as_string(hide_password=False)


DatabaseUrl = Annotated[str, AfterValidator(_driver_url)]


def database_setting(service: str) -> Any:  # noqa: ANN401 (as pydantic's own `Field`)
    """Return the field of a service's own database address, else the one common to all."""
    return Field(
        validation_alias=AliasChoices(f"{service.upper()}_DATABASE_URL", FALLBACK_DATABASE_SETTING),
        repr=False,
        description="give an address like postgresql://user:password@host:5432/database",
    )


class ServiceSettings(BaseSettings):
    """What every service reads from its environment; the descriptions say how to set it."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True
    )

    database_url: DatabaseUrl
    claims_secret: SecretStr = Field(
        validation_alias="GRAPHWING_CLAIMS_SECRET",
        min_length=32,
        description="give the secret that the router signs claims with, 32 characters or more",
    )
    demo: bool = Field(
        default=False,
        validation_alias="DEMO",
        description="give 1 to fill an empty database with the demo scene, or 0",
    )

    @classmethod
    def read(cls) -> Self:
        """Return the settings in the environment, or raise `SettingsError`."""
        try:
            return cls.model_validate({})
        except ValidationError as error:
            raise _first_problem(cls, error) from error

    @classmethod
    def name_of(cls, field: str) -> str:
        """Return the environment variable of a field."""
        match cls.model_fields[field].validation_alias:
            case AliasChoices(choices=[str() as first, *_]):
                return first
            case alias:
                return str(alias)


def _first_problem(settings: type[ServiceSettings], error: ValidationError) -> SettingsError:
    problem = error.errors()[0]
    name = str(problem["loc"][0])
    field = next(
        field
        for field_name, field in settings.model_fields.items()
        if name in (field_name, settings.name_of(field_name))
    )
    match problem["type"]:
        case "missing":
            text = "is not set"
        case "database_url":
            text = problem["msg"]
        case _:
            text = f"is wrong ({problem['msg'].lower()})"
    return SettingsError(name, text, remedy=field.description or "correct it")
