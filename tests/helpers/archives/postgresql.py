"""A real PostgreSQL server of one's own: its files in a temporary folder, reached by a socket there."""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

DEADLINE_S = 60


def postgresql_programs() -> Path | None:
    """The folder of initdb and pg_ctl: of the newest Debian package, else of the PATH; None where there is none."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    found = str(packaged[-1]) if packaged else shutil.which("initdb")
    return Path(found).parent if found else None


def why_not_here() -> str:
    """Why no server can be started here; "" when one can."""
    if postgresql_programs() is None:
        return "PostgreSQL is not installed"
    if os.geteuid() == 0 and _unprivileged() is None:
        return "PostgreSQL does not run as root, and the user postgres is not here"
    try:
        import psycopg  # noqa: F401, PLC0415
    except ImportError:
        return "psycopg is not installed"
    return ""


def _unprivileged() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return None


class PostgresqlServer:
    """A running server."""

    def __init__(self, folder: Path, control: Callable[..., None]) -> None:
        self._folder = folder
        self._control = control
        self._count = 0

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    def new_database(self) -> str:
        """Make an empty database; returns its URL."""
        self._count += 1
        name = f"index_{self._count}"
        engine = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        engine.dispose()
        return self._url(name)

    def stop(self) -> None:
        """End at once, as by a failure."""
        self._control("-m", "immediate", "-w", "stop")

    def start(self) -> None:
        """Run again after ``stop``."""
        self._control("-w", "start")


@contextmanager
def running_postgresql() -> Iterator[PostgresqlServer]:
    """A server while the block runs; as root, it runs as the user postgres."""
    programs = postgresql_programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = _unprivileged() if os.geteuid() == 0 else None
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)

    def run(*command: str) -> None:
        subprocess.run(
            command,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
            cwd=folder,
            check=True,
            timeout=DEADLINE_S,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    data = str(folder / "data")
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c max_connections=60"
    try:
        run(str(programs / "initdb"), "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        log = str(folder / "log")

        def control(*arguments: str) -> None:
            run(str(programs / "pg_ctl"), "-D", data, "-l", log, "-o", options, *arguments)

        control("-w", "start")
        try:
            yield PostgresqlServer(folder, control)
        finally:
            with contextlib.suppress(subprocess.CalledProcessError):  # it may be stopped already
                control("-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
