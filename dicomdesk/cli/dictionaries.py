"""Data dictionary files named by the environment variable DCMDICTPATH."""

import os
from collections.abc import Mapping
from pathlib import Path

from dicomdesk.logs import Level, Log

VARIABLE = "DCMDICTPATH"


def load_environment_dictionaries(log: Log, environment: Mapping[str, str] | None = None) -> None:
    """Load the files that the variable names, if it is set; one that cannot be loaded is left out and logged."""
    names = [
        name
        for name in (os.environ if environment is None else environment).get(VARIABLE, "").split(os.pathsep)
        if name
    ]
    if not names:
        return
    from dicomdesk.dicom.dictionary import load_dictionaries  # noqa: PLC0415 - only where asked for: start-up time
    from dicomdesk.errors import DictionaryError  # noqa: PLC0415 - as above

    logger = log.logger("dcmtk.dcmdata")
    loaded = 0
    for name in names:
        logger.debug(f"DcmDataDictionary: Loading file: {name}")
        if not os.path.isfile(name):
            logger.error(f"DcmDataDictionary: Cannot open file: {name}")
            continue
        try:
            load_dictionaries([Path(name)])
        except DictionaryError as error:
            logger.write(Level.ERROR, f"DcmDataDictionary: {error}")
        else:
            loaded += 1
    if not loaded:
        logger.warn(f"no data dictionary loaded, check environment variable: {VARIABLE}")
