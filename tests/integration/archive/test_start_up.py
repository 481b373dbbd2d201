"""What a start of the archive imports: what only some of its work needs comes when that is done."""

import subprocess
import sys


def test_serving_imports_no_library_that_only_moves_and_other_databases_need() -> None:
    code = (
        "import sys, dicomdesk.archive.serve\n"
        "late = 'pynetdicom', 'pydicom', 'numpy', 'psycopg', 'sqlalchemy.dialects.postgresql'\n"
        "print([name for name in late if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert found.stdout.strip() == "[]"
