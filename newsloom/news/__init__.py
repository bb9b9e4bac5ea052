"""The vocabulary that the rooms share: values and pure decisions. No I/O, no framework."""
