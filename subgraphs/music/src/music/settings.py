"""The settings of the music service."""

from kit.settings import DatabaseUrl, ServiceSettings, database_setting


class Settings(ServiceSettings):
    """The settings of the music service."""

    database_url: DatabaseUrl = database_setting("music")
