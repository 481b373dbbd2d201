"""Run as a script: decodes the JPEG XL codestream at standard input with bounded memory and processor time.

Arguments: how many bytes more than at the start, and how many seconds. Writes one byte, the size of a sample, and the
samples, little endian. It imports nothing of this package, so that it runs wherever the libraries are found.
"""

import sys
from pathlib import Path


def limit(memory_bytes: int, seconds: int) -> None:
    """Let nothing of this process go on beyond that; nothing is limited where the system has no limits."""
    try:
        import resource  # noqa: PLC0415 - not on every system
    except ImportError:
        return
    try:
        mapped = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (mapped + memory_bytes, mapped + memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> int:
    """Return 1, with a line at standard error, for what the library does not decode."""
    from imagecodecs import jpegxl_decode  # noqa: PLC0415 - an optional library, 5 MB
    from numpy import ascontiguousarray  # noqa: PLC0415 - there whenever the library is

    codestream = sys.stdin.buffer.read()
    limit(int(sys.argv[1]), int(sys.argv[2]))
    try:
        samples = jpegxl_decode(codestream, keeporientation=True, numthreads=1)
        ordered = ascontiguousarray(samples, samples.dtype.newbyteorder("<"))
    except (RuntimeError, ValueError, MemoryError) as error:
        sys.stderr.write(f"{error or 'it takes too much memory'}\n")
        return 1
    sys.stdout.buffer.write(bytes((ordered.dtype.itemsize,)))
    sys.stdout.buffer.write(ordered.data.cast("B"))
    return 0


if __name__ == "__main__":
    sys.exit(main())
