"""A retrieve as a command of the tools, to be pasted into a terminal of this machine."""

import shlex

from dicomdesk.dicom.dictionary import find_name
from dicomdesk.dicom.query.query import Model
from dicomdesk.engine.retrieve.request import RetrieveMethod
from dicomdesk.gui.models.found_entities import FoundEntity
from dicomdesk.gui.retrieve.errand import Errand, identifier_of
from dicomdesk.settings import PeerVerification, RevocationCheck, TlsFileFormat, TlsSettings

_MODELS = {Model.PATIENT_ROOT: "--patient", Model.STUDY_ROOT: "--study", Model.PATIENT_STUDY_ONLY: "--psonly"}


def command_lines(errand: Errand, method: RetrieveMethod, listen_as: tuple[str, int] | None = None) -> str:
    """Return a command for each entity, one a line.

    ``listen_as`` is our AE title and port where a C-MOVE to here listens. Secrets are left out: the tools ask for the
    pass phrase of a key, and a user is named without the password.
    """
    return "\n".join(shlex.join(_words(errand, entity, method, listen_as)) for entity in errand.entities)


def _words(errand: Errand, entity: FoundEntity, method: RetrieveMethod, listen_as: tuple[str, int] | None) -> list[str]:
    peer, association, target = errand.asked.peer, errand.asked.association, errand.target
    is_move = method is RetrieveMethod.MOVE or not target.is_here
    words = ["dicomdesk", "movescu" if is_move else "getscu", _MODELS[errand.model]]
    words += ["--aetitle", association.calling_ae_title, "--call", peer.ae_title]
    if not target.is_here:
        words += ["--move", target.destination]
    elif is_move and listen_as is not None:
        words += ["--move", listen_as[0], "--port", str(listen_as[1]), "--accept-all"]
    if target.is_here:
        words += ["--output-directory", str(target.folder)]
    for key in identifier_of(entity).keys:
        words += ["--key", f"{find_name(key.tag)}={key.value}"]
    identity = association.user_identity
    if identity is not None and identity.kind.value <= 2:
        words += ["--user", identity.primary.decode("utf-8", "replace")]
    if peer.tls is not None:
        words += tls_words(peer.tls)
    return [*words, peer.host, str(peer.port)]


def tls_words(tls: TlsSettings) -> list[str]:
    """Return the options of the tools for TLS with a peer."""
    words = ["--anonymous-tls"]
    if tls.certificate_file is not None:
        words = ["--enable-tls", str(tls.private_key_file or tls.certificate_file), str(tls.certificate_file)]
    words += ["--der-keys"] if tls.file_format is TlsFileFormat.DER else []
    for option, files in (
        ("--add-cert-file", tls.authority_files),
        ("--add-cert-dir", tls.authority_folders),
        ("--add-crl-file", tls.revocation_files),
    ):
        for file in files:
            words += [option, str(file)]
    words += ["--trust-system"] if tls.trusts_system else []
    words += ["--enable-crl-all"] if tls.revocation_check is RevocationCheck.CHAIN else []
    words += ["--verify-hostname"] if tls.checks_host_name else []
    words += ["--ignore-peer-cert"] if tls.peer_verification is PeerVerification.NONE else []
    return [*words, f"--profile-{tls.profile.value}"]
