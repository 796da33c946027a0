"""How the interpreter works for a running hub, set by `app` after recovery: when garbage is sought, when threads take turns."""

import gc
import sys

COLLECT_AFTER = 20_000
"""Net new containers before the collector looks. A batch of some hundred inputs makes some thousands that all die by themselves
after its commit: with the default of 700 every batch was walked several times, and all homes with it, a third of the engine's
time."""

SWITCH_INTERVAL_S = 0.001
"""How long a thread may go on while another waits for the interpreter. The engine computes, the sessions and the console have
little to do but want it at once; with the default of 5 ms each of a press's three changes of thread could take as long."""


def settle() -> None:
    """Take what recovery has built out of the collector's rounds: it lives as long as the process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 20)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
