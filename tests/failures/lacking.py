"""Which of the nine questions a failure is known to be answered with no: ``python -m tests.failures --lacking``."""

LACKING: dict[str, tuple[int, ...]] = {
    "dcmsend: the key is not there": (7,),
    "dcmsend: the certificate is not there": (7,),
    "dcmsend: the pass phrase is wrong": (7,),
    "movescu: status B000H": (8,),
    "getscu: status B000H": (8,),
    "getscu: status FE00H": (8,),
    "dcmrecv: the key is not there": (3, 8),
    "dcmqrscp: a mistake in the configuration": (8,),
    "dcmqrscp: the index is of a newer version": (2,),
    "dcmrecv: a web browser calls": (8,),
    "resume: a journal that is not there": (3, 8),
}
