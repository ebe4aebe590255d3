"""Our value classes and their fields, read from the syntax tree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tests.house.sources import tree_of

VALUE_BASES = {"NamedTuple", "Struct", "Message", "Row"}


@dataclass(frozen=True, slots=True)
class ClassKey:
    file: Path
    name: str


def module_name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def is_value(node: ast.ClassDef) -> bool:
    decorated = any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list)
    bases = {ast.unparse(base).rsplit(".", 1)[-1] for base in node.bases}
    return decorated or bool(bases & VALUE_BASES)


def has_constructor(node: ast.ClassDef) -> bool:
    functions = (part for part in node.body if isinstance(part, ast.FunctionDef))
    return any(function.name in ("__init__", "__new__") for function in functions)


def own_fields(node: ast.ClassDef) -> Iterator[str]:
    for part in node.body:
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
            outside = "init=False" in ast.unparse(part.value) if part.value else False
            if "ClassVar" not in ast.unparse(part.annotation) and not outside:
                yield part.target.id


class Values:
    """Which class a name in a file means, and which fields that class has."""

    def __init__(self, files: list[Path]) -> None:
        self._files = {module_name(path): path for path in files}

    @cached_property
    def _classes(self) -> dict[ClassKey, ast.ClassDef]:
        return {
            ClassKey(path, node.name): node
            for path in self._files.values()
            for node in ast.walk(tree_of(path))
            if isinstance(node, ast.ClassDef)
        }

    @cached_property
    def _imports(self) -> dict[Path, dict[str, tuple[str, str]]]:
        imports: dict[Path, dict[str, tuple[str, str]]] = {}
        for path in self._files.values():
            imports[path] = {
                alias.asname or alias.name: (node.module, alias.name)
                for node in ast.walk(tree_of(path))
                if isinstance(node, ast.ImportFrom) and node.module
                for alias in node.names
            }
        return imports

    def _resolve(self, path: Path, name: str) -> ClassKey | None:
        key = ClassKey(path, name)
        if key in self._classes:
            return key
        module, original = self._imports[path].get(name, ("", ""))
        if module not in self._files:
            return None
        return self._resolve(self._files[module], original)

    def class_called(self, path: Path, call: ast.Call, inside: str) -> ClassKey | None:
        """The class of ours that `call` builds in `path`, within the class `inside`."""
        function = call.func
        if isinstance(function, ast.Name):
            name = inside if function.id == "cls" else function.id
            return self._resolve(path, name)
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            module, original = self._imports[path].get(function.value.id, ("", ""))
            file = self._files.get(f"{module}.{original}")
            return self._resolve(file, function.attr) if file else None
        return None

    def _is_value(self, key: ClassKey) -> bool:
        """Whether the class, or one it inherits from, is a dataclass, NamedTuple or Struct."""
        node = self._classes[key]
        return is_value(node) or any(self._is_value(parent) for parent in self._parents(key))

    def _parents(self, key: ClassKey) -> list[ClassKey]:
        names = [base.id for base in self._classes[key].bases if isinstance(base, ast.Name)]
        parents = [self._resolve(key.file, name) for name in names]
        return [parent for parent in parents if parent]

    def fields(self, key: ClassKey) -> list[str]:
        """The fields that a caller gives, in order; none for what is no value class."""
        node = self._classes[key]
        if has_constructor(node) or not self._is_value(key):
            return []
        inherited = [name for parent in self._parents(key) for name in self.fields(parent)]
        return inherited + [name for name in own_fields(node) if name not in inherited]
