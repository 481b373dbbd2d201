"""The option of the sending tools for a pre-flight."""

from dicomdesk.cli.grammar import Option

CHECK = Option(long="--check", text=("send nothing: associate, release, and show how", "each instance would go"))
