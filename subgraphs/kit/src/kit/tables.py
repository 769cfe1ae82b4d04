"""What the tables of all services agree on."""

from collections.abc import Mapping

# Named constraints, so that a migration can say which one it drops.
# https://alembic.sqlalchemy.org/en/latest/naming.html
NAMING_CONVENTION: Mapping[str, str] = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
