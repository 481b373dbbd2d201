"""The service units start the tools with options that there are, and not as root."""

import shlex
import string
from configparser import ConfigParser
from pathlib import Path

import pytest

from dicomdesk.archive.setup.configuration import read_configuration
from dicomdesk.cli.dcmqrscp import options as dcmqrscp_options
from dicomdesk.cli.dcmrecv import options as dcmrecv_options
from dicomdesk.cli.options.grammar import CommandLine, parse
from tests.structure.sources import REPOSITORY

UNITS = sorted((REPOSITORY / "packaging" / "linux").glob("*.service"))
TOOLS = {"dcmqrscp": dcmqrscp_options.TOOL, "dcmrecv": dcmrecv_options.TOOL}


def _service(unit: Path) -> dict[str, str]:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign] # as systemd, which heeds case
    parser.read_string(unit.read_text(encoding="utf-8"))
    return dict(parser["Service"])


def _command_line(service: dict[str, str]) -> tuple[str, CommandLine]:
    variables = dict(each.split("=", 1) for each in shlex.split(service.get("Environment", "")))
    program, tool, *words = shlex.split(string.Template(service["ExecStart"]).substitute(variables))
    assert program.endswith("/dicomdesk")
    return tool, parse(TOOLS[tool], words)


def test_each_server_has_a_unit() -> None:
    assert {_command_line(_service(unit))[0] for unit in UNITS} == set(TOOLS)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_unit_gives_no_rights_that_are_not_needed(unit: Path) -> None:
    service = _service(unit)
    assert service.get("DynamicUser") == "yes" or service["User"] == "dicomdesk"
    assert {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes"}.items() <= service.items()
    assert service["StateDirectory"]


def test_archive_is_durable_and_configurable() -> None:
    service = _service(REPOSITORY / "packaging" / "linux" / "dicomdesk-dcmqrscp.service")
    _, line = _command_line(service)
    assert line.text("--config") == "/etc/dicomdesk/dcmqrscp.cfg"
    assert line.has("--fsync")
    assert service["EnvironmentFile"].startswith("-/")


def test_example_of_the_archive_fits_its_unit(tmp_path: Path) -> None:
    unit = REPOSITORY / "packaging" / "linux" / "dicomdesk-dcmqrscp.service"
    text = unit.read_text(encoding="utf-8")
    (table_line,) = (line.split(": ", 1)[1] for line in text.splitlines() if line.startswith("# Made if"))
    example = (REPOSITORY / "resources" / "dcmqrscp.cfg").read_text(encoding="utf-8")
    file = tmp_path / "dcmqrscp.cfg"
    file.write_text(example.replace("AETable END", f"{table_line}\nAETable END"))
    (area,) = read_configuration(file).areas
    assert str(area.folder).removeprefix("/var/lib/") in _service(unit)["StateDirectory"].split()
    assert area.is_writable
