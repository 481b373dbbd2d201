"""What the program in one folder begins with."""

import sys

from dicomdesk.__main__ import main

sys.exit(main())
