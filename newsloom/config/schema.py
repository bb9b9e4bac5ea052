"""The JSON Schema of config.yaml, for editors: `python -m newsloom.config.schema > config.schema.json`."""

import json
import sys
from typing import Any

from newsloom.config.model import File


def schema() -> str:
    """JSON, made from the model; the same text each time."""
    whole = File.model_json_schema(mode="validation")
    _tidy(whole)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "newsloom configuration"}
    return json.dumps(head | whole, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _tidy(node: Any) -> None:
    """Without titles that only repeat the key, and defaults that say nothing."""
    if isinstance(node, list):
        for item in node:
            _tidy(item)
    elif isinstance(node, dict):
        if isinstance(node.get("title"), str):
            del node["title"]
        if "default" in node and node["default"] in (None, "", {}, []):
            del node["default"]
        for item in node.values():
            _tidy(item)


if __name__ == "__main__":
    sys.stdout.write(schema())
