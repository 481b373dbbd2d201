import subprocess
import sys

import pytest

LATER = """
import sys
from dicomdesk.cli.lean_imports import lean_imports
with lean_imports():
    import pynetdicom
late = [name for name in sys.modules if name.startswith(("numpy", "pydicom.pixel", "pydicom.examples", "http.client"))]
assert not late, late
import urllib.request
assert urllib.request.Request("http://localhost/x").host == "localhost"
import numpy
assert numpy.zeros(1)[0] == 0
print("fine")
"""
PIXELS = """
from dicomdesk.cli.lean_imports import lean_imports
with lean_imports():
    import pynetdicom
import pydicom, struct
data = pydicom.Dataset()
data.file_meta = pydicom.dataset.FileMetaDataset()
data.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1"
data.Rows, data.Columns, data.BitsAllocated, data.BitsStored, data.HighBit = 1, 2, 16, 16, 15
data.SamplesPerPixel, data.PixelRepresentation, data.PhotometricInterpretation = 1, 0, "MONOCHROME2"
data.PixelData = struct.pack("<2H", 3, 4)
assert data.pixel_array.tolist() == [[3, 4]]
assert [each.HANDLER_NAME for each in pydicom.config.pixel_data_handlers][0] == "Numpy"
import pydicom.pixels.decoders
from pydicom.pixels import apply_voi
assert pydicom.pixels.apply_voi is apply_voi and pydicom.examples.get_path
print("fine")
"""
ANOTHER_VERSION = """
from dicomdesk.cli import lean_imports
lean_imports._LATE["pydicom.pixels"] = ()
with lean_imports.lean_imports():
    import pynetdicom
    import pydicom
assert pydicom.pixels.decoders
print("fine")
"""
ALONE = """
import sys
from dicomdesk.cli.lean_imports import lean_imports
with lean_imports():
    pass
import pydicom
assert pydicom.pixels.decoders
print("fine")
"""


@pytest.mark.parametrize("script", [LATER, PIXELS, ANOTHER_VERSION, ALONE])
def test_pynetdicom_comes_without_what_can_still_be_had(script: str) -> None:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("fine\n", "")
