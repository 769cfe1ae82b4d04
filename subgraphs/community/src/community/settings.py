"""The settings of the community service."""

from kit.settings import DatabaseUrl, ServiceSettings, database_setting


class Settings(ServiceSettings):
    """The settings of the community service."""

    database_url: DatabaseUrl = database_setting("community")
