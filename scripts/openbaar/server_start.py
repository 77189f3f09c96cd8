"""What a server of helpers imports first: it looks for garbage as seldom as the command does.

While modules are imported there is none to find, and looking takes a sixth of the time. A server of
multiprocessing imports what it is told to, and calls nothing.
"""

from __future__ import annotations

import gc

from openbaar.collector import SELDOM

gc.set_threshold(SELDOM)
