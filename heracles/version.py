"""The version of Heracles."""

__all__ = ["__version__"]

__version__ = "0.2.0.dev0"
