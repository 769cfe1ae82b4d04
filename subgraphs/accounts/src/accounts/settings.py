"""The settings of the accounts service."""

from pathlib import Path

from pydantic import Field

from kit.settings import DatabaseUrl, ServiceSettings, database_setting


class Settings(ServiceSettings):
    """The settings of the accounts service."""

    database_url: DatabaseUrl = database_setting("accounts")
    signing_key_file: Path = Field(
        validation_alias="ACCOUNTS_SIGNING_KEY_FILE",
        description="give the path of signing-key.pem, made by `python -m accounts keys FOLDER`",
    )
    issuer: str = Field(
        default="https://wing.example/accounts",
        validation_alias="ACCOUNTS_ISSUER",
        description="give the address that tokens name as their issuer",
    )
    audience: str = Field(
        default="wing",
        validation_alias="ACCOUNTS_AUDIENCE",
        description="give the name of the platform that tokens are for",
    )
