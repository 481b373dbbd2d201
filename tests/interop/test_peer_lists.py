"""Lists of peers that we write are read by the programs that they are for."""

import json
import subprocess
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from dicomdesk.archive.setup.host_table import read_host_table, write_host_table
from dicomdesk.engine.peers.orthanc import KEY, read_modalities, write_modalities
from tests.helpers.dcmtk.delivery import ENVIRONMENT, orthanc
from tests.helpers.dcmtk.programs import dcmtk_program, dcmtk_server
from tests.helpers.peers.known_peers import FULL, named

DEADLINE_S = 30.0
PEERS = (
    replace(FULL, host="localhost", security=replace(FULL.security, uses_tls=False)),
    named("Übersicht 2", "Radiology", 2),
    replace(named("=odd", number=3), ae_title="A (B)", host="fe80::1"),
)


@pytest.mark.dcmtk
def test_dcmqrscp_takes_our_host_table_with_its_groups(tmp_path: Path) -> None:
    table = write_host_table(PEERS)
    (tmp_path / "AREA").mkdir()
    area = f"AETable BEGIN\nAREA {tmp_path / 'AREA'} RW (200, 1gb) Radiology\nAETable END\n"
    file = tmp_path / "dcmqrscp.cfg"
    file.write_text(f"MaxPDUSize = 16384\nMaxAssociations = 4\n{table.text}{area}")
    with dcmtk_server("dcmqrscp", ["-c", "dcmqrscp.cfg"], tmp_path) as port:
        for title, expected in (("PACS", 0), ("NOBODY", 1)):
            command = [dcmtk_program("echoscu"), "-aec", "AREA", "-aet", title, "127.0.0.1", str(port)]
            done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, timeout=DEADLINE_S, check=False)
            assert done.returncode == expected, done.stderr.decode()
    read = read_host_table(file.read_bytes())
    assert [found.peer.address for found in read.peers] == [peer.address for peer in PEERS[:2]]
    assert read.mistakes == ()
    assert "=odd (A (B)@fe80::1)" in table.losses[-1], "no such title fits into the table"


@pytest.mark.orthanc
@pytest.mark.long
def test_orthanc_takes_our_modalities(tmp_path: Path) -> None:
    written = write_modalities([*PEERS, replace(PEERS[0], name="Secured", security=FULL.security)])
    modalities = json.loads(written.text)[KEY]
    with orthanc(tmp_path, **{KEY: modalities}) as (_dicom_port, http_port):
        address = f"http://127.0.0.1:{http_port}/modalities?expand"
        with urllib.request.urlopen(address, timeout=DEADLINE_S) as answer:
            known = json.loads(answer.read())
    assert {(each["AET"], each["Host"], each["Port"]) for each in known.values()} == {
        (peer.ae_title, peer.host, peer.port) for peer in PEERS
    }
    assert known["Secured"]["UseDicomTls"]
    assert known["Secured"]["LocalAet"] == "WS1"
    again = read_modalities(json.dumps({KEY: known}).encode())
    assert again.mistakes == ()
    assert {found.peer.name for found in again.peers} == set(modalities)
