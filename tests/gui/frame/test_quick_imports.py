import subprocess
import sys

CODE = """
import linecache, sys
import PySide6.QtCore
from dicomdesk.gui.frame.quick_imports import quicken_imports
from dicomdesk.human import printable
read = [name for name in linecache.cache if name.endswith("human.py")]
quicken_imports()
linecache.clearcache()
from dicomdesk.gui.theme import QObject
print(len(read), len(linecache.cache), QObject().objectName() == "")
"""


def test_the_source_of_a_module_is_not_read_to_learn_whether_it_wants_another_style() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["1", "0", "True"], f"PySide6 looks in another way now: {done.stdout}{done.stderr}"
