"""Which of the nine questions a failure is known to be answered with no: ``python -m tests.failures --lacking``."""

LACKING: dict[str, tuple[int, ...]] = {
    "dcmsend: the key is not there": (7,),
    "dcmsend: the certificate is not there": (7,),
    "dcmsend: the pass phrase is wrong": (7,),
}
