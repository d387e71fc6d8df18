"""Renders an Alembic history as SQL, or runs it on an empty database.

    python render_alembic.py VERSIONS_DIR              # SQL on stdout, as `alembic upgrade heads --sql` prints it
    python render_alembic.py VERSIONS_DIR --online URL

Needs alembic, SQLAlchemy and (online) psycopg2. The project's own env.py is not used, so its settings are not needed;
modules that are not installed are stood in for, because most revisions import them only for data fixes.
"""

import importlib.abc
import importlib.machinery
import os
import sys
import tempfile
import types

from alembic import command
from alembic.config import Config
from sqlalchemy.types import Text, TypeDecorator

ENV = """
from alembic import context
from sqlalchemy import create_engine
url = context.config.get_main_option("sqlalchemy.url")
if context.is_offline_mode():
    context.configure(dialect_name="postgresql", literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url).connect() as connection:
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
"""


class Member(str):
    """A member of an absent enumeration."""

    name = value = property(str)

    def __call__(self, *args, **kwargs):
        return self

    def __iter__(self):
        return iter(())


class AbsentMeta(type(TypeDecorator)):
    """Lets a stand-in pass as an enumeration, too."""

    __members__ = {"ABSENT": Member("ABSENT")}

    def __getattr__(cls, name):
        if name.startswith("_") or name in ("with_variant", "visit_name", "sort_key_function"):
            raise AttributeError(name)
        return Member(name)

    def __iter__(cls):
        return iter(cls.__members__.values())


class StandIn(TypeDecorator, metaclass=AbsentMeta):
    """Whatever an absent module would have given: usable as a type, a call, a value."""

    impl = Text
    cache_ok = True

    def __init__(self, *args, **kwargs):
        super().__init__()

    def __iter__(self):
        return iter(())

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return Member(name)


class AbsentModule(types.ModuleType):
    __path__: list = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (StandIn,), {})


class AbsentFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, fullname, path, target=None):
        if fullname.split(".")[0] in ("sqlalchemy", "alembic"):
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec):
        return AbsentModule(spec.name)

    def exec_module(self, module):
        pass


def main(versions, url):
    sys.meta_path.append(AbsentFinder())
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "env.py"), "w") as env:
            env.write(ENV)
        open(os.path.join(folder, "script.py.mako"), "w").close()
        config = Config()
        config.set_main_option("script_location", folder)
        config.set_main_option("version_locations", os.path.abspath(versions))
        config.set_main_option("path_separator", "newline")
        config.set_main_option("recursive_version_locations", "true")
        config.set_main_option("sqlalchemy.url", (url or "postgresql://").replace("%", "%%"))
        command.upgrade(config, "heads", sql=url is None)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[3] if len(sys.argv) > 3 else None)
