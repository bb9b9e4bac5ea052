"""config.yaml -> a frozen Config, or every fault at once."""

from newsloom.config.faults import ConfigError, Fault
from newsloom.config.load import load
from newsloom.config.values import Config

__all__ = ["Config", "ConfigError", "Fault", "load"]
