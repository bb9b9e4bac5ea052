"""config.yaml -> a frozen Config, or every fault at once."""

from newsloom.config.faults import ConfigError, Fault
from newsloom.config.file import ConfigFile, taken_over
from newsloom.config.load import load
from newsloom.config.values import LOOKS, Config

__all__ = ["LOOKS", "Config", "ConfigError", "ConfigFile", "Fault", "load", "taken_over"]
