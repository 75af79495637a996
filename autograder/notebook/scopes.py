"""Which names a statement binds, reads and changes, by Python's rules of scope."""

from __future__ import annotations

import ast
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

# What the parser and the compiler raise for what students write, however deeply they nest it.
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError, SystemError)

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True)
class Names:
    """The global names that one top-level statement deals with.

    `binds` are bound by it, `now` are read while it runs, and `later` are read (or bound, after
    `global`) when what it defines is called; `called` are those of the latter that are called
    themselves. `hints` are read by annotations. `changes` are names whose attributes or items it
    sets, and `calls_on` those of which it calls a method for its effect.
    """

    binds: frozenset[str]
    now: frozenset[str]
    later: frozenset[str]
    called: frozenset[str]
    hints: frozenset[str]
    changes: frozenset[str]
    calls_on: frozenset[str]


def names_of(statement: ast.stmt) -> Names:
    """The names of a statement."""
    top = _Scope("module", None, [])
    todo: list[tuple[ast.AST, _Scope]] = [(statement, top)]
    while todo:  # no recursion: students nest as deeply as the parser lets them
        node, scope = todo.pop()
        todo += _inside(node, scope)
    now, later, called, hints = set(top.read), set[str](), set[str](), set[str]()
    for scope in top.inner:
        seen = set(filter(scope.sees_global, scope.read))
        if scope.kind == "hint":
            hints |= seen
        elif scope.runs_later():
            later |= seen
            called |= seen & scope.called
        else:
            # In the body of a class `x = x` reads the global x, and the next `x` the class's own.
            own = scope.bound if scope.kind == "class" else set()
            later |= seen & own
            now |= seen - own
    changes, calls_on = _changed(statement)
    return Names(*map(frozenset, (top.bound, now, later, called, hints, changes, calls_on)))


def running_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes that are evaluated while `node` runs: no bodies of functions."""
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, Function):
            todo += [*node.decorator_list, node.args]
        elif isinstance(node, ast.Lambda):
            todo.append(node.args)
        else:
            todo += ast.iter_child_nodes(node)


def root_name(node: ast.expr) -> str | None:
    """The name at the start of `name.a[b].c(d)`; None if it starts with something else."""
    while True:
        match node:
            case ast.Attribute() | ast.Subscript() | ast.Starred():
                node = node.value
            case ast.Call():
                node = node.func
            case ast.Name():
                return node.id
            case _:
                return None


def _changed(statement: ast.stmt) -> tuple[set[str], set[str]]:
    changes, calls_on = set(), set()
    for node in running_nodes(statement):
        match node:
            case ast.Attribute() | ast.Subscript() if not isinstance(node.ctx, ast.Load):
                changes.add(root_name(node))
            case ast.Expr(value=ast.Call(func=ast.Name(id="setattr"), args=[first, *_])):
                changes.add(root_name(first))
            case ast.Expr(value=ast.Call(func=ast.Attribute() as method)):
                calls_on.add(root_name(method))
    if isinstance(statement, Function):  # as in `@add_to_class(VAE)`
        calls = [node for node in statement.decorator_list if isinstance(node, ast.Call)]
        changes |= {root_name(argument) for call in calls for argument in call.args}
    return {name for name in changes if name}, {name for name in calls_on if name}


@dataclass(eq=False)
class _Scope:
    kind: str  # module, class, function, hint, or block: a comprehension or type parameters
    parent: _Scope | None
    inner: list[_Scope]  # all below the module's, which they share
    bound: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)  # of these
    declared: set[str] = field(default_factory=set)  # by `global`

    def open(self, kind: str) -> _Scope:
        self.inner.append(_Scope(kind, self, self.inner))
        return self.inner[-1]

    def sees_global(self, name: str) -> bool:
        scope: _Scope | None = self
        while scope is not None and name not in scope.declared:
            if name in scope.bound and scope.kind in ("function", "block"):
                return False
            scope = scope.parent
        return True

    def runs_later(self) -> bool:
        scope: _Scope | None = self
        while scope is not None and scope.kind != "function":
            scope = scope.parent
        return scope is not None

    def outside_blocks(self) -> _Scope:
        scope = self
        while scope.kind == "block" and scope.parent is not None:
            scope = scope.parent
        return scope


_Inner = Iterator[tuple[ast.AST, _Scope]]


def _inside(node: ast.AST, scope: _Scope) -> _Inner:
    """Notes what `node` itself binds and reads in its scope; its children with their scopes."""
    match node:
        case ast.Name(id=name, ctx=ast.Load()):
            scope.read.add(name)
        case ast.Name(id=name, ctx=ast.Store()):
            scope.bound.add(name)
        case ast.Call(func=ast.Name(id=name)):
            scope.called.add(name)
            yield from _children(node, scope)
            yield from ((part, scope) for part in _code_in(node))
        case ast.Subscript(
            value=ast.Call(func=ast.Name(id="globals")), slice=ast.Constant(value=str(name))
        ):
            is_bound = scope.kind == "module" and isinstance(node.ctx, ast.Store)
            (scope.bound if is_bound else scope.read).add(name)
        case ast.NamedExpr():
            scope.outside_blocks().bound.add(node.target.id)
            yield node.value, scope
        case ast.AugAssign(target=ast.Name(id=name)):
            scope.read.add(name)
            yield from _children(node, scope)
        case ast.AnnAssign():
            yield from _annotated(node, scope)
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Lambda():
            yield from _function(node, scope)
        case ast.ClassDef():
            yield from _class(node, scope)
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            yield from _comprehension(node, scope)
        case ast.Import() | ast.ImportFrom():
            imported = (alias.asname or alias.name.partition(".")[0] for alias in node.names)
            scope.bound.update(name for name in imported if name != "*")
        case ast.Global():
            scope.declared.update(node.names)
            scope.read.update(node.names if scope.kind != "module" else ())
        case _:
            # Handlers of exceptions, patterns and type variables hold the name as a string.
            named = getattr(node, "name", None), getattr(node, "rest", None)
            scope.bound.update(name for name in named if isinstance(name, str))
            yield from _children(node, scope)


def _code_in(call: ast.Call) -> list[ast.AST]:
    """What `exec("...")` and `eval("...")` run, where that is a text that can be read."""
    match call:
        case ast.Call(func=ast.Name(id="exec" | "eval"), args=[ast.Constant(value=str(code)), *_]):
            try:
                return [ast.parse(code.lstrip(" \t"))]
            except UNREADABLE:
                pass
    return []


def _children(node: ast.AST, scope: _Scope) -> _Inner:
    for child in ast.iter_child_nodes(node):
        yield child, scope


def _annotated(node: ast.AnnAssign, scope: _Scope) -> _Inner:
    yield node.annotation, scope.open("hint")
    if node.value is not None:
        yield node.value, scope
    if node.value is not None or scope.kind != "module":  # `x: int` alone binds nothing
        yield node.target, scope


def _function(node: Function | ast.Lambda, scope: _Scope) -> _Inner:
    if isinstance(node, Function):
        scope = yield from _head(node, scope)
    body = scope.open("function")
    for part in [node.body] if isinstance(node, ast.Lambda) else node.body:
        yield part, body
    for default in [*node.args.defaults, *node.args.kw_defaults]:
        if default is not None:
            yield default, scope
    named = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    arguments = [a for a in [*named, node.args.vararg, node.args.kwarg] if a is not None]
    body.bound.update(argument.arg for argument in arguments)
    annotations = [a.annotation for a in arguments] + [getattr(node, "returns", None)]
    for annotation in annotations:
        if annotation is not None:
            yield annotation, scope.open("hint")


def _class(node: ast.ClassDef, scope: _Scope) -> _Inner:
    scope = yield from _head(node, scope)
    for part in [*node.bases, *node.keywords]:
        yield part, scope
    body = scope.open("class")
    for statement in node.body:
        yield statement, body


def _head(
    node: Function | ast.ClassDef, scope: _Scope
) -> Generator[tuple[ast.AST, _Scope], None, _Scope]:
    """The decorators; and the scope of all else in the head, which type parameters extend."""
    scope.bound.add(node.name)
    for decorator in node.decorator_list:
        yield decorator, scope
    parameters = getattr(node, "type_params", [])  # from Python 3.12 on
    scope = scope.open("block") if parameters else scope
    for parameter in parameters:
        yield parameter, scope
    return scope


def _comprehension(node: Comprehension, scope: _Scope) -> _Inner:
    block = scope.open("block")
    first, *others = node.generators
    yield first.iter, scope
    results = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
    for part in [first.target, *first.ifs, *others, *results]:
        yield part, block
