"""What we add to moto: a module for each noun of each service."""

from importlib import import_module
from pkgutil import iter_modules


def load() -> None:
    """Imports every module here, so that each declares its operations."""
    for module in iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
