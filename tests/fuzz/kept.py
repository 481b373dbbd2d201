"""Inputs that broke a property once, by target, each as small as it was found to be."""

from dicomdesk.network.command_sets import write_command_set

KEPT: dict[str, dict[str, bytes]] = {
    "command": {
        "the head of a SOP Instance UID within another value": write_command_set(
            {0x0100: 1, 0x0110: 7, 0x0800: b"\0\0\0\x10\0\0\0\0"}
        ),
    },
}
