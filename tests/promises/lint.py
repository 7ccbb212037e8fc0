"""What no module may say about certificates, proxies and passwords, found in its syntax."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("paycore", "plugins")

_MUST_BE = {"check_hostname": True, "trust_env": False, "verify_mode": "CERT_REQUIRED"}
"""What may only ever be set to this."""
_NEVER = {"verify", "verify_ssl", "assert_hostname", "assert_fingerprint"}
"""What turns verification off unless it is true, or a text that says what to verify by."""
_NEVER_FALSE = {"ssl"}
"""What aiohttp turns verification off by; without it, or with a context, it verifies."""
_BANNED = {
    "CERT_NONE",
    "CERT_OPTIONAL",
    "_create_unverified_context",
    "_create_default_https_context",
    "disable_warnings",
    "InsecureRequestWarning",
    "get_environ_proxies",
    "get_netrc_auth",
    "getproxies",
    "PROTOCOL_TLSv1",
    "PROTOCOL_TLSv1_1",
    "PROTOCOL_SSLv23",
    "SSLKEYLOGFILE",
}
"""What has no use but a bad one, as a name, as an attribute, or as a text."""


def sources() -> list[Path]:
    """Return every module of paycore and its plugins."""
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def findings(text: str) -> list[str]:
    """Return what a module says that none may, each with its line."""
    return [f"line {line}: {said}" for line, said in sorted(set(_found(ast.parse(text))))]


def _found(tree: ast.Module) -> Iterator[tuple[int, str]]:
    prose = set(_docstrings(tree))
    for node in ast.walk(tree):
        if node in prose:
            continue
        for name in _names(node):
            if name in _BANNED:
                yield node.lineno, name
        for name, value in _settings(node):
            if name in _MUST_BE and _said(value) != _MUST_BE[name]:
                yield value.lineno, f"{name} = {ast.unparse(value)}"
            if name in _NEVER_FALSE and _said(value) is False:
                yield value.lineno, f"{name} = {ast.unparse(value)}"
            if name in _NEVER and not _is_on(value):
                yield value.lineno, f"{name} = {ast.unparse(value)}"


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.alias):
        yield node.name.rpartition(".")[2]
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _settings(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Give what is set to what: by assignment, by keyword, in a dict, by `setattr`."""
    if isinstance(node, ast.Assign):
        yield from ((_name(target), node.value) for target in node.targets)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield _name(node.target), node.value
    elif isinstance(node, ast.keyword):
        yield node.arg or "", node.value
    elif isinstance(node, ast.Dict):
        yield from ((_text(key), value) for key, value in zip(node.keys, node.values, strict=True))
    elif isinstance(node, ast.Call) and _name(node.func) == "setattr" and len(node.args) == 3:
        yield _text(node.args[1]), node.args[2]


def _name(node: ast.expr) -> str:
    return getattr(node, "attr", None) or getattr(node, "id", "")


def _text(node: ast.expr | None) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ""


def _said(node: ast.expr) -> object:
    """Return what a value says: a constant, or the last part of a name."""
    return node.value if isinstance(node, ast.Constant) else _name(node)


def _is_on(node: ast.expr) -> bool:
    constant = node.value if isinstance(node, ast.Constant) else None
    return constant is True or (isinstance(constant, str) and bool(constant))


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
