"""Settings on a command line of ``dcmqrscp``, checked in the order of DCMTK's tool."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dicomdesk.archive.audit.settings import AuditSettings
from dicomdesk.archive.setup.configuration import ArchiveConfiguration, CharacterSetRule
from dicomdesk.archive.setup.settings import ArchiveSettings, MoveRestriction
from dicomdesk.cli.dcmqrscp.options import TLS_ROLE, read_port
from dicomdesk.cli.options import shared
from dicomdesk.cli.options.access import read_access, read_user_file_name
from dicomdesk.cli.options.association_limits import read_place_rules
from dicomdesk.cli.options.audit import read_audit
from dicomdesk.cli.options.grammar import CommandLine, CommandLineError
from dicomdesk.cli.options.proposal import PREFERRED_BY_ACCEPTOR, PREFERRED_TRANSFER_SYNTAXES
from dicomdesk.cli.options.retention import read_retention
from dicomdesk.cli.options.storing_format import read_storing_format
from dicomdesk.cli.options.tls import read_tls
from dicomdesk.dicom.query.query import Model
from dicomdesk.paths import resources_folder
from dicomdesk.records import dataclass
from dicomdesk.settings import Timeouts

__all__ = ["ArchiveOptions", "read_options"]

_MODELS = {
    "--no-patient-root": Model.PATIENT_ROOT,
    "--no-study-root": Model.STUDY_ROOT,
    "--no-patient-study": Model.PATIENT_STUDY_ONLY,
}
_RESTRICTIONS = {
    "": MoveRestriction.NONE,
    "--move-unrestricted": MoveRestriction.NONE,
    "--move-aetitle": MoveRestriction.SAME_AE_TITLE,
    "--move-host": MoveRestriction.SAME_HOST,
    "--move-vendor": MoveRestriction.SAME_VENDOR,
}
_TERMS = {"--convert-to-ascii": "", "--convert-to-utf8": "ISO_IR 192", "--convert-to-latin1": "ISO_IR 100"}
_DCMTK_FOLDER = Path("/etc/dcmtk")
_CONFIGURATION_NAME = "dcmqrscp.cfg"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileNames:
    """The values of ``--assoc-config-file``."""

    file: Path | None
    """None where the name is empty."""
    incoming: str
    outgoing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveOptions:
    """A command line of dcmqrscp as values."""

    settings: ArchiveSettings
    """With an empty configuration; see ``settings_for``."""
    configuration_file: Path | None
    """None where its name is empty."""
    convert_character_set: Callable[[CharacterSetRule], CharacterSetRule] | None
    """What becomes of the configuration's rule; None leaves it."""
    user_file: Path | None
    reindexes: bool
    verifies: bool
    verifies_contents: bool
    leaves_out: bool
    areas: tuple[str, ...]
    """AE titles, for ``reindexes``, ``verifies`` and ``leaves_out``; () is all."""
    moves_journal: str
    """File that keeps failed moves, "" for none."""
    metrics_port: int | None
    audit: AuditSettings | None
    shows_contexts: bool
    writes_json: bool
    json_has_identifiers: bool

    def settings_for(self, configuration: ArchiveConfiguration) -> ArchiveSettings:
        """Settings of the archive, with a configuration that was read."""
        rule = None if self.convert_character_set is None else self.convert_character_set(configuration.character_set)
        return replace(self.settings, configuration=configuration, character_set=rule)


def read_options(line: CommandLine, load_profiles: Callable[[ProfileNames], None]) -> ArchiveOptions:
    """Read the command line as values; raises CommandLineError.

    Calls ``load_profiles``, where there are any, at the point where DCMTK's program reads them.
    """
    port = read_port(line)
    disabled = frozenset(model for long, model in _MODELS.items() if line.has(long))
    if len(disabled) == len(_MODELS):
        raise CommandLineError("cannot disable all Q/R models")
    timeouts = Timeouts(
        connect_s=shared.read_timeout(line, "--timeout", None, is_signed=True),
        acse_s=shared.read_timeout(line, "--acse-timeout", 30.0, is_signed=True),
        dimse_s=shared.read_timeout(line, "--dimse-timeout", None, is_signed=True),
    )
    max_pdu_bytes = line.integer("--max-pdu", shared.SMALLEST_MAX_PDU_BYTES, shared.LARGEST_MAX_PDU_BYTES)
    profiles = _read_profiles(line)
    if profiles is not None:
        load_profiles(profiles)
    storing_format = read_storing_format(line)
    settings = ArchiveSettings(
        configuration=ArchiveConfiguration(),
        port=port,
        address=line.text("--address"),
        max_pdu_bytes=max_pdu_bytes,
        timeouts=timeouts,
        access=read_access(line),
        places=read_place_rules(line),
        resolve_hosts=not line.has("--disable-host-lookup"),
        checks_host_rules=line.last_of("--access-full", "--access-control") == "--access-control",
        refuses_all=line.has("--refuse"),
        needs_implementation_uid=line.has("--reject"),
        needs_find=line.has("--require-find"),
        allows_parallel_store=not line.has("--no-parallel-store"),
        allows_get=not line.has("--disable-get"),
        allows_shutdown=line.has("--allow-shutdown"),
        disabled_models=disabled,
        preferred_transfer_syntax=PREFERRED_BY_ACCEPTOR[line.last_of(*PREFERRED_BY_ACCEPTOR) or "--prefer-uncompr"],
        accepts_all_syntaxes=line.has("--accept-all"),
        proposed_transfer_syntax=PREFERRED_TRANSFER_SYNTAXES[
            line.last_of(*PREFERRED_TRANSFER_SYNTAXES) or "--propose-uncompr"
        ],
        strict_find=line.last_of("--check-find", "--no-check-find") == "--check-find",
        lenient_find=line.has("--lenient-queries"),
        strict_move=line.last_of("--check-move", "--no-check-move") == "--check-move",
        move_restriction=_RESTRICTIONS[line.last_of(*_RESTRICTIONS)],
        storing_format=storing_format,
        ignores_stores=line.has("--ignore"),
        refuses_conflicts=line.has("--refuse-conflicts"),
        retention=read_retention(line),
        fsync=line.has("--fsync"),
    )
    return _with_extensions(line, settings, profiles)


def _with_extensions(line: CommandLine, settings: ArchiveSettings, profiles: ProfileNames | None) -> ArchiveOptions:
    """Add the options that DCMTK's program does not have."""
    line.check_conflict(
        "--accept-all", "--assoc-config-file", is_given=line.has("--accept-all") and profiles is not None
    )
    upkeep = [name for name in ("--reindex", "--verify", "--leave-out") if line.has(name)]
    if len(upkeep) > 1:
        line.check_conflict(upkeep[0], upkeep[1], is_given=True)
    if line.has("--area"):
        line.check_dependency("--area", "--reindex, --verify or --leave-out", is_met=bool(upkeep))
    if line.has("--deep"):
        line.check_dependency("--deep", "--verify", is_met=line.has("--verify"))
    if line.has("--json-identifiers"):
        line.check_dependency("--json-identifiers", "--json", is_met=line.has("--json"))
    line.check_conflict(
        "--lenient-queries", "--check-find", is_given=line.has("--lenient-queries") and settings.strict_find
    )
    tls = read_tls(line, TLS_ROLE)
    if line.has("--destination-tls"):
        line.check_dependency("--destination-tls", "--enable-tls", is_met=tls is not None)
    return ArchiveOptions(
        settings=replace(settings, tls=tls, destination_tls=tls if line.has("--destination-tls") else None),
        configuration_file=_configuration_file(line),
        convert_character_set=_read_character_set(line),
        user_file=read_user_file_name(line),
        reindexes=line.has("--reindex"),
        verifies=line.has("--verify"),
        verifies_contents=line.has("--deep"),
        leaves_out=line.has("--leave-out"),
        areas=line.every_text("--area"),
        moves_journal=line.text("--retry-moves"),
        metrics_port=line.integer("--metrics-port", 0, 65535),
        audit=read_audit(line),
        shows_contexts=line.has("--verbose-pc"),
        writes_json=line.has("--json"),
        json_has_identifiers=line.has("--json-identifiers"),
    )


def _configuration_file(line: CommandLine) -> Path | None:
    """Find the configuration file: the one named, that of the machine, or else the one that we ship."""
    if line.has("--config"):
        return Path(line.text("--config")) if line.text("--config") else None
    usual = _DCMTK_FOLDER / _CONFIGURATION_NAME
    return usual if usual.exists() else resources_folder() / _CONFIGURATION_NAME


def _read_profiles(line: CommandLine) -> ProfileNames | None:
    names = line.texts("--assoc-config-file")
    if names is None:
        return None
    for alternatives, default in (
        (PREFERRED_BY_ACCEPTOR, "--prefer-uncompr"),
        (PREFERRED_TRANSFER_SYNTAXES, "--propose-uncompr"),
    ):
        chosen = line.last_of(*alternatives)
        line.check_conflict("--assoc-config-file", chosen, is_given=chosen not in ("", default))
    file, incoming, outgoing = names
    return ProfileNames(file=Path(file) if file else None, incoming=incoming, outgoing=outgoing)


def _read_character_set(line: CommandLine) -> Callable[[CharacterSetRule], CharacterSetRule] | None:
    which = line.last_of("--use-request-charset", "--override-charset")
    chosen = line.last_of(*_TERMS, "--convert-to-charset")
    words = ("--transliterate", "--discard-illegal")
    if not (which or chosen or any(map(line.has, words))):
        return None
    term = _TERMS.get(chosen, line.text("--convert-to-charset"))

    def convert(rule: CharacterSetRule) -> CharacterSetRule:
        if which:
            rule = replace(rule, overrides=which == "--override-charset")
        return replace(
            rule,
            term=term if chosen else rule.term,
            transliterates=rule.transliterates or line.has(words[0]),
            discards=rule.discards or line.has(words[1]),
        )

    return convert
