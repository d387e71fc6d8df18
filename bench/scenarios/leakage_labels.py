"""Compares scn/leakage with the labelled notebooks of leakage-analysis (Yang et al., ASE 2022), file by file.

    git clone https://github.com/malusamayo/leakage-analysis
    python bench/scenarios/leakage_labels.py leakage-analysis

The labels are the expectations of its own tests: for each notebook the models that a leak reaches. A file counts as
leaking when that list is not empty.
"""

import ast
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

KINDS = {"preprocessing": r"fitted|over all rows|uses all rows|finds its edges", "overlap": r"resampled"}


def labels(file):
    """File name → models that a leak reaches."""
    calls = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "template"]
    return {call.args[0].value: [element.value for element in call.args[1].elts] for call in calls if isinstance(call.args[0], ast.Constant)}


def main(root):
    with tempfile.TemporaryDirectory() as folder:
        # Out of "tests/", where everything counts as test data.
        shutil.copytree(Path(root) / "tests" / "inputs", Path(folder) / "notebooks")
        command = ["node", "bin/dialectic.js", "review", "--all", folder, "--format", "json"]
        review = json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout)
    for kind, words in KINDS.items():
        expected = labels(Path(root) / "tests" / f"test_{kind}.py")
        findings = [f for f in review["findings"] if f["check"] == "scn/leakage" and re.search(words, f["message"])]
        found = {Path(f["path"]).name for f in findings}
        leaking = {name for name, models in expected.items() if models}
        clean = set(expected) - leaking
        hit, missed, false = leaking & found, leaking - found, clean & found
        print(f"{kind}: {len(hit)} of {len(leaking)} leaking files found, {len(false)} of {len(clean)} clean files flagged")
        for name in sorted(missed):
            print(f"  missed  {name}")
        for name in sorted(false):
            print(f"  flagged {name}")


if __name__ == "__main__":
    main(sys.argv[1])
