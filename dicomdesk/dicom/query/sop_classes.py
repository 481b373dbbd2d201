"""The SOP classes of query and retrieve, and which model each belongs to (PS3.4 C.6)."""

from enum import Enum
from typing import Final, NamedTuple

from dicomdesk.dicom.query.query import Model

__all__ = ["COMMITMENT", "SERVICES", "SHUTDOWN", "Service", "ServiceClass", "find_class"]


class Service(Enum):
    """What a SOP class is for."""

    FIND = "find"
    MOVE = "move"
    GET = "get"


class ServiceClass(NamedTuple):
    """A SOP class of query and retrieve."""

    uid: str
    service: Service
    model: Model


_MODELS: Final = ((1, Model.PATIENT_ROOT), (2, Model.STUDY_ROOT), (3, Model.PATIENT_STUDY_ONLY))
_SERVICES: Final = ((1, Service.FIND), (2, Service.MOVE), (3, Service.GET))

SERVICES: Final = {
    uid: ServiceClass(uid, service, model)
    for model_number, model in _MODELS
    for service_number, service in _SERVICES
    for uid in (f"1.2.840.10008.5.1.4.1.2.{model_number}.{service_number}",)
}
"""By UID."""

COMMITMENT: Final = "1.2.840.10008.1.20.1"
"""Storage Commitment Push Model (PS3.4 J.3)."""

SHUTDOWN: Final = "1.2.276.0.7230010.3.4.1915765545.18030.917282194.0"
"""DCMTK's private class with which a requestor asks the archive to end."""


def find_class(service: Service, model: Model) -> str:
    """The UID of a service for a model."""
    return next(found.uid for found in SERVICES.values() if found.service is service and found.model is model)
