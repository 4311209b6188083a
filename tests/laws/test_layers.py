"""The house plan: a module imports only from lower layers, heavy packages only where they belong, and imports do nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "octocall"
LAYERS = [
    ["errors", "grammar", "quiet"],
    ["letters"],
    ["types", "vocab", "files"],
    ["function", "mask", "token_mask"],
    ["call"],
    ["catalog", "reading"],
    ["interchange", "codecs", "sources", "runtimes", "score", "catalogs", "words", "confidence"],
    ["decode", "bundle", "catalogue"],
    ["base", "generate"],
    ["causal"],
    ["model"],
    ["union"],
    ["batch", "show", "progress", "data", "agent", "devices", "importing"],
    ["train", "bench", "flags"],
    ["export", "cli_bench", "cli_dataset", "cli_device", "cli_teach"],
    ["compiling"],
    ["cli_ask", "cli_base", "cli_causal", "cli_compile", "cli_import"],
    ["cli", "__init__"],
    ["__main__"],
]
HEAVY = {"torch": {"train", "export", "runtimes"}, "transformers": {"train", "runtimes"}, "peft": {"train", "runtimes"}, "accelerate": {"train"},
         "gguf": {"export"}, "llama_cpp": {"runtimes"}, "safetensors": {"train"}, "onnxscript": {"export"}, "onnx": {"export", "train"}, "matplotlib": {"bench"},
         "onnxruntime": {"runtimes", "export"}, "mcp": {"sources"}, "yaml": {"sources"}, "httpx": {"data"}, "ray": {"data", "importing"}, "rapidfuzz": {"data"},
         "bm25s": {"words"}, "sklearn": {"compiling"}}  # fmt: skip
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
FILES = sorted(path for path in ROOT.rglob("*.py"))


def part(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return relative.parts[0].removesuffix(".py")


def imports(path: Path) -> list[str]:
    """Dotted names of the imported modules, wherever in the file; ``from octocall import x`` is octocall.x where there is one."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == "octocall":
            found += [f"octocall.{alias.name}" for alias in node.names if alias.name in LEVEL]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    own = part(path)
    for module in imports(path):
        if module.startswith("octocall."):
            other = module.split(".")[1]
            assert other == own or LEVEL[other] < LEVEL[own], f"{path} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_packages_stay_in_their_folders(path: Path) -> None:
    for module in imports(path):
        allowed = HEAVY.get(module.split(".")[0])
        assert allowed is None or part(path) in allowed, f"{path} imports {module}"


def test_importing_octocall_is_light() -> None:
    heavy = ("torch", "transformers", "peft", "accelerate", "gguf", "llama_cpp", "onnxruntime", "matplotlib", "phonenumbers", "babel", "mcp", "yaml", "httpx")
    code = f"import sys, octocall, octocall.cli, octocall.sources; print([m for m in {heavy} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
