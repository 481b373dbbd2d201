"""Presentation contexts and warnings of the plan are those that dcmsend proposes and prints."""

import re
import subprocess
from pathlib import Path

import pytest

from dicomdesk.dicom.sop_classes import find_uid_by_symbol
from dicomdesk.dicom.transfer_syntaxes import TRANSFER_SYNTAXES
from dicomdesk.network.presentation.context_planning import PlannedInstance, PlanOptions, plan_associations
from dicomdesk.settings import Decompression
from tests.helpers.data.datasets import DEFLATED, EXPLICIT, IMPLICIT
from tests.helpers.data.inputs import MR_IMAGE, PRIVATE_CLASS, instance
from tests.helpers.dcmtk.programs import dcmtk_program

pytestmark = pytest.mark.dcmtk

CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
KNOWN = [syntax.uid for syntax in TRANSFER_SYNTAXES if syntax.known_to_dcmtk]
MIXED = [
    (CT_IMAGE, EXPLICIT),
    (MR_IMAGE, IMPLICIT),
    (CT_IMAGE, IMPLICIT),
    (CT_IMAGE, "1.2.840.10008.1.2.4.90"),
    (MR_IMAGE, "1.2.840.10008.1.2.5"),
    (PRIVATE_CLASS, EXPLICIT),
    (MR_IMAGE, EXPLICIT),
    (CT_IMAGE, DEFLATED),
    (CT_IMAGE, "1.2.840.10008.1.2.4.90"),
]
ONE_OF_EACH = [(CT_IMAGE, uid) for uid in KNOWN]
MODES = {"": Decompression.LOSSLESS, "-dn": Decompression.NEVER, "+dly": Decompression.LOSSY}


def proposed_by_dcmsend(options: list[str], folder: Path) -> tuple[list[list[str]], list[str]]:
    """Contexts with abstract and transfer syntaxes, and the warnings and errors of planning; nobody answers."""
    done = subprocess.run(
        [dcmtk_program("dcmsend"), "-v", "+v", "+sd", *options, "127.0.0.1", "1", *sorted(map(str, folder.iterdir()))],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    contexts: list[list[str]] = []
    notices: list[str] = []
    for line in done.stderr.splitlines():
        if found := re.fullmatch(r"I:     Abstract Syntax: =?(\S+)", line):
            contexts.append([find_uid_by_symbol(found[1]) or found[1]])
        elif found := re.fullmatch(r"I:       =?(\S+)", line):
            contexts[-1].append(find_uid_by_symbol(found[1]) or found[1])
        elif line[:3] in {"W: ", "E: "}:
            notices.append(line)
    return contexts, notices


@pytest.mark.parametrize("instances", [ONE_OF_EACH, MIXED], ids=["one of each", "mixed"])
@pytest.mark.parametrize("halt", [True, False])
@pytest.mark.parametrize("only_legal", [True, False])
@pytest.mark.parametrize("mode", MODES)
def test_plan_is_that_of_dcmsend(
    instances: list[tuple[str, str]], halt: bool, only_legal: bool, mode: str, tmp_path: Path
) -> None:
    for index, (sop_class_uid, transfer_syntax_uid) in enumerate(instances):
        data = instance(f"plan{index}", sop_class_uid=sop_class_uid, transfer_syntax_uid=transfer_syntax_uid)
        (tmp_path / f"{index:03}.dcm").write_bytes(data)
    options = [*mode.split(), *(["-nip"] if only_legal else []), *([] if halt else ["-nh"])]
    contexts, notices = proposed_by_dcmsend(options, tmp_path)
    plan = plan_associations(
        [PlannedInstance(*pair) for pair in instances],
        options=PlanOptions(decompression=MODES[mode], only_legal=only_legal, halt_on_refusal=halt),
    )
    (association,) = plan.associations
    assert [[context.abstract_syntax, *context.transfer_syntaxes] for context in association.contexts] == contexts
    told = [
        f"{'E' if notice.is_error else 'W'}: {line}"
        for notice in association.notices
        for line in notice.text.splitlines()
    ]
    if plan.failure:
        told.append(f"E: cannot add presentation contexts: {plan.failure}")
    assert told == notices
