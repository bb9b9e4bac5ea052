"""Blocks of teasers on a page ("Read next", related, latest ...): where they stand, what kind they are, their rows as briefs."""

from scraper.extract.briefs.blocks import Block, find_blocks

__all__ = ["Block", "find_blocks"]
