"""The folder that a hub writes into, before the store is opened: made when it is missing, readable by its owner only."""

from pathlib import Path

from hub.config.settings import Settings
from hub.store.errors import StoreUnavailable

STORE_FILE = "hub.sqlite"


def store_path(settings: Settings) -> Path:
    """Where the store is, its folder made; raises StoreUnavailable."""
    folder = settings.hub.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreUnavailable(
            f"{folder}: cannot be made ({error.strerror}); give the hub's user the right to write there, "
            "or set another [hub] data_dir"
        ) from error
    return folder / STORE_FILE


def damaged_mark(store: Path) -> Path:
    """A file beside the store that says: the run before found it damaged when it read it at its start."""
    return store.with_name(store.name + ".damaged")
