"""Pictures: template cards, uploads made safe, and final bytes for a channel."""

import os

# Small arrays only: OpenBLAS would otherwise start a thread a core at import and keep their buffers.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
