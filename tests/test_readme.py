"""The README's marked blocks are run, in its order, in one empty folder: a newcomer follows it word for word."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
MARKED = re.compile(r"<!-- run(?:: (?P<file>[\w.]+))? -->\n```\w+\n(?P<text>.*?)```", re.DOTALL)


def run(text: str, folder: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["sh", "-euc", text], cwd=folder, env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
    assert done.stdout.strip(), f"nothing was printed by\n{text}"


def test_readme_blocks_work_word_for_word(tmp_path: Path) -> None:
    blocks = list(MARKED.finditer(README.read_text(encoding="utf-8")))
    assert [b["file"] for b in blocks].count("config.yaml") == 1
    assert len(blocks) >= 4
    for block in blocks:
        if block["file"]:
            (tmp_path / block["file"]).write_text(block["text"], encoding="utf-8")
        else:
            run(block["text"], tmp_path)


@pytest.mark.parametrize(
    "document", ["README.md", "CONTRIBUTING.md", *(f"docs/{p.name}" for p in (README.parent / "docs").glob("*.md"))]
)
def test_every_link_inside_the_docs_leads_somewhere(document: str) -> None:
    page = README.parent / document
    for target in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{document} links {target}"
