"""Which statements give a name a value that can't be called, such as `sum = 0`."""

from __future__ import annotations

import ast
import builtins

from autograder.notebook.scopes import running_nodes

BUILTINS = frozenset(dir(builtins))
_VALUES = (
    *(ast.Constant, ast.JoinedStr, ast.List, ast.Tuple, ast.Dict, ast.Set),
    *(ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp),
    *(ast.BinOp, ast.UnaryOp, ast.Compare),
)


def makes_only_a_value(statement: ast.stmt, name: str) -> bool:
    """Whether it is plain that what `statement` binds `name` to can't be called."""
    values = []
    for node in running_nodes(statement):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() if node.name == name:
                return False
            case ast.alias() if name in (node.asname, node.name):
                return False
            case ast.Assign(targets=targets, value=value):
                values += [given for one in targets for given in _given(one, value, name)]
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                values += _given(target, value, name)
            case ast.NamedExpr(target=target, value=value):
                values += _given(target, value, name)
            case ast.AugAssign(target=ast.Name(id=bound), value=value) if bound == name:
                values.append(ast.BinOp(node.target, node.op, value))
            case ast.For(target=target) | ast.AsyncFor(target=target) if _is_in(target, name):
                values.append(ast.Constant(None))
    return bool(values) and all(_is_value(value, name) for value in values)


def _given(target: ast.expr, value: ast.expr, name: str) -> list[ast.expr]:
    """What of `value` goes to `name` where it is assigned to `target`."""
    if isinstance(target, ast.Name):
        return [value] if target.id == name else []
    if not isinstance(target, ast.Tuple | ast.List) or not _is_in(target, name):
        return []
    if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
        pairs = zip(target.elts, value.elts, strict=True)
        return [given for one, other in pairs for given in _given(one, other, name)]
    return [value]


def _is_in(target: ast.expr, name: str) -> bool:
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(target))


def _is_value(value: ast.expr, name: str) -> bool:
    """What a call makes of the name itself is a value; what it makes of a builtin's is one too.

    Not so in `print = partial(print, flush=True)` or `id = Identity()`.
    """
    if isinstance(value, _VALUES):
        return True
    if not isinstance(value, ast.Call):
        return name in BUILTINS and not isinstance(value, ast.Lambda | ast.Name | ast.Attribute)
    called: ast.expr = value
    while isinstance(called, ast.Call):
        called = called.func
    if isinstance(called, ast.Name) and called.id == name:
        return True
    last = getattr(called, "attr", getattr(called, "id", ""))
    return name in BUILTINS and not last[:1].isupper() and not _is_passed_on(value, name)


def _is_passed_on(call: ast.Call, name: str) -> bool:
    arguments = [*call.args, *(keyword.value for keyword in call.keywords)]
    return any(isinstance(argument, ast.Name) and argument.id == name for argument in arguments)
