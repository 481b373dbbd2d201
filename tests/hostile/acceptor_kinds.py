"""All kinds that every acceptor meets."""

from tests.hostile.association_kinds import INSTEAD, LEAVING, LYING
from tests.hostile.message_kinds import COMMANDS, DATA_SETS, PDUS

ANY_ACCEPTOR = [*INSTEAD, *LYING, *LEAVING, *PDUS, *COMMANDS, *DATA_SETS]
