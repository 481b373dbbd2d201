"""packaging/package: makes packages, and tries them out."""

import argparse
import sys
from pathlib import Path

from bundling.debian import make_debian_package
from bundling.program import make_program
from bundling.trying import try_debian_package, try_program, try_wheel
from bundling.wheel import make_wheel

_PROJECT = Path(__file__).resolve().parents[2]


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="packaging/package", description="packaging/package: makes what others install, and tries it out."
    )
    parser.add_argument("what", choices=["wheel", "folder", "debian", "all"], help="what to make")
    parser.add_argument("--folder", type=Path, default=_PROJECT / "dist", help="where it goes (default: dist)")
    parser.add_argument("--try", dest="tries", action="store_true", help="try out what was made: on a clean system")
    arguments = parser.parse_args()
    folder: Path = arguments.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    if arguments.what in ("wheel", "all"):
        wheel = make_wheel(_PROJECT, folder)
        print(f"made {wheel.name}")
        if arguments.tries:
            try_wheel(_PROJECT, wheel)
    if arguments.what in ("folder", "debian", "all"):
        program = make_program(_PROJECT, folder)
        if arguments.tries:
            try_program(program)
        if arguments.what != "folder":
            package = make_debian_package(_PROJECT, program, folder)
            print(f"made {package.name}")
            if arguments.tries:
                try_debian_package(package)
    return 0


if __name__ == "__main__":
    sys.exit(main())
