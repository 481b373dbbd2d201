"""New identities for instances, made while they are sent; the files are not changed."""

from dataclasses import dataclass

__all__ = ["InventedIdentity"]


@dataclass(frozen=True, slots=True, kw_only=True)
class InventedIdentity:
    """What one instance is called instead; made up, hence no patient identifiers."""

    patient: int
    """Running number, from 0; so the next three."""
    study: int
    series: int
    image: int
    patient_name: str
    patient_id: str
    study_instance_uid: str
    study_id: str
    series_instance_uid: str
    series_number: str
    sop_instance_uid: str
    instance_number: str
    missing: tuple[str, ...] = ()
    """What the instance does not have and hence was not given, as "(gggg,eeee) Name"."""
