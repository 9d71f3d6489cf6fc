"""Importing this ties the process to the one that started it; before anything that takes long to import."""

import os
import sys

from service.child import die_with_parent

die_with_parent()
if os.getppid() == 1:  # the parent was gone before the line above
    sys.exit(1)
