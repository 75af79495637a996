"""A notebook becomes the program that its graded names need; the numbers are docs/slicing.md's."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.notebook.effects import NOT_RUN_FUNCTIONS
from autograder.notebook.slicing import CodeCell, Program, slice_cells
from autograder.notebook.statements import KEPT_SOURCE, MAX_SOURCE

RULES = Path(__file__).parents[3] / "docs" / "slicing.md"


def sliced(cells: list[str], names: str = "f") -> Program:
    return slice_cells([CodeCell(i, c) for i, c in enumerate(cells, 1)], names.split())


def run(program: Program) -> SimpleNamespace:
    """What the program defines; the tests' sources are harmless."""
    namespace: dict[str, Any] = {"__name__": "program"}
    exec(compile(program.text, "program", "exec", dont_inherit=True), namespace)
    return SimpleNamespace(**namespace)


def value(cells: list[str], names: str = "f") -> Any:
    """What the graded `f()` returns."""
    return run(sliced(cells, names)).f()


def note(cells: list[str], names: str = "f") -> str:
    (only,) = sliced(cells, names).notes
    return only


def is_sound(program: Program) -> bool:
    ast.parse(program.text)
    program.text.encode()
    return program.text.count("\n") == len(program.places)


@pytest.mark.parametrize(
    "cells",
    [
        ["%matplotlib inline\n!pip install x\ndef f(): return 7"],
        ["%%time\ndef f(): return 7"],
        ["\n\n%%capture out\n%%time\n!ls\ndef f(): return 7"],
        ["%time K = 7\ndef f(): return K"],
        ["!ls \\\n  -l\nK = 7\nK?\n?K\ndef f(): return K"],
        ["try:\n    import math\nexcept ImportError:\n    !pip install math\n", "f = lambda: 7"],
        ["def f():\n    %matplotlib inline\n    return 7\nx = 1"],
        [">>> def f():\n...     return 7"],
        ["  K = 7\n  def f(): return K"],
        ['K = """\n!ls\n"""\ndef f(): return 7 if K == "\\n!ls\\n" else K\n!ls'],
    ],
)
def test_1_magics_cost_nothing_but_themselves(cells: list[str]) -> None:
    assert value(cells) == 7


def test_1_lines_are_those_of_the_cell() -> None:
    program = sliced(["", "\n\n%%time\n!ls \\\n -l\n%cd \\\n x\n\ndef f():\n    return 7"])
    assert program.text == "def f():\n    return 7\n"
    assert program.places == ((2, 9), (2, 10))


@pytest.mark.parametrize("made", ["x = !ls", "x = %who_ls", "x = get_ipython()"])
def test_1_what_a_magic_returns_is_not_defined(made: str) -> None:
    program = sliced([made, "def f(): return x"])
    assert program.defined == {"f"}
    assert program.notes == (
        "`f` needs `x`, which cell 1 makes; that cell is not run when grading.",
    )


@pytest.mark.parametrize("magic", ["bash", "writefile f.py", "html", "javascript", "script sh"])
def test_1_other_cell_magics_leave_their_cell_out(magic: str) -> None:
    program = sliced([f"%%{magic}\ndef f(): return 7"])
    assert program.defined == frozenset()
    name = magic.split()[0]
    assert f"cell 1 seems to define; that is left out: `%%{name}` is not run" in program.notes[0]


@pytest.mark.parametrize(
    "broken", ["def g(:", "print 1", "\0", "x = '\ud800'", "(" * 300, "x=" + "-" * 9999 + "1"]
)
def test_2_a_broken_cell_costs_only_itself(broken: str) -> None:
    program = sliced([broken, "def f(): return 7", broken])
    assert run(program).f() == 7
    assert program.notes == ()


def test_2_a_note_says_what_is_wrong_with_the_cell_that_is_missed() -> None:
    broken = "\nx = 1\ndef f(x)\n    return x"
    assert re.fullmatch(
        r"`f` is what cell 2 seems to define; that is left out: line 3, .*':'.*", note(["", broken])
    )
    assert note(["class A(f): pass", broken], "A").startswith("`A` needs `f`, which cell 2 seems")
    assert "line 3" in note(["def f(x): raise NotImplementedError", broken])


def test_2_a_statement_that_does_not_compile_costs_only_itself() -> None:
    program = sliced(["x = 1\ndef g(a, a): pass\nreturn x\ndef f(): return x + 6"], "f g")
    assert run(program).f() == 7
    assert "duplicate argument" in program.notes[0]


@pytest.mark.parametrize(
    "stub",
    [
        "def f(): raise NotImplementedError",
        "def f(): raise NotImplementedError('write me')",
        'def f():\n    """Text."""\n    pass',
        "def f(): ...",
        "class f:\n    def g(self): raise NotImplementedError()",
        "def f():\n    with open('x'):\n        raise NotImplementedError\n    return 1",
    ],
)
def test_3_a_stub_does_not_win(stub: str) -> None:
    written = "def f(): return 7"
    assert value([stub, written]) == 7
    assert sliced([stub, written]).notes == ()
    assert value([written, stub]) == 7
    assert note([written, stub]) == (
        "`f` is written in cell 1, and empty again in cell 2; the written one counts."
    )


@pytest.mark.parametrize(
    "written",
    [
        "def f(x=7):\n    if x < 0: raise NotImplementedError('negative')\n    return x",
        "def f():\n    return 7\n    raise NotImplementedError",
        "def f():\n    for x in [7]:\n        if not x: raise NotImplementedError\n    return 7",
        "def f():\n    try: return 7\n    except ValueError: raise NotImplementedError",
    ],
)
def test_3_what_refuses_some_cases_is_no_stub(written: str) -> None:
    assert value(["def f(): return 1", written]) == 7
    assert sliced(["def f(): return 1", written]).notes == ()


def test_3_else_the_last_definition_wins() -> None:
    assert value(["def f(): return 1", "def f(): return 2", "f = lambda: 7"]) == 7
    stubs = sliced(["def f(): pass", "def f(): raise NotImplementedError"])
    assert stubs.places == ((2, 1),) and stubs.notes == ()


@pytest.mark.parametrize(
    "cells",
    [
        ["from math import sqrt as root", "def f(): return int(root(49))"],
        ["import os.path", "def f(): return len(os.path.join('abc', 'def'))"],
        ["K = 7", "def f(a=K): return a"],
        ["K = 7", "class A:\n    k = K\n    def g(self): return self.k", "def f(): return A().g()"],
        ["def d(g): return lambda: 7", "@d\ndef f(): pass"],
        ["class B:\n    k = 7", "class A(B): pass", "f = lambda: A.k"],
        ["T = int", "def f(x: T = 7) -> T: return x"],
        ["K = 7", "def f():\n    return [K for K in [1]] and max(k for k in [K])"],
        ["K = 7", "class A:\n    K = K\nf = lambda: A.K"],
        ["K = 7", "def f():\n    def g():\n        return K\n    return g()"],
        ["from math import *", "def f(): return int(sqrt(49))"],
        ["K = (n := 7)", "def f(): return n"],
        ["def f(x: Unknown = 7): return x", "from __future__ import annotations"],
    ],
)
def test_4_a_definition_has_what_it_reads(cells: list[str]) -> None:
    assert value(cells) == 7


def test_4_local_names_need_nothing() -> None:
    cells = [
        "x = y = z = w = v = 1 / 0",
        "def f(x, *y, z=1):\n    w = [v for v in y]\n    return w",
    ]
    program = sliced(cells)
    assert program.defined == {"f"}


@pytest.mark.parametrize(
    "cells",
    [
        ["def f(x: Missing = 7, *y: Missing.A) -> Missing['N D']: return x"],
        ["def f():\n    x: Missing = 7\n    def g(y: Missing): return y\n    return g(x)"],
        [
            "class A:\n    x: Missing = 7\n    def g(self) -> A: return self",
            "f = lambda: A().g().x",
        ],
        ["def f(x: Later = 7): return x", "class Later: pass"],
        ["K: Missing = 7", "def f(): return K"],
    ],
)
def test_4_hints_may_name_what_is_not_there(cells: list[str]) -> None:
    program = sliced(cells)
    assert run(program).f() == 7 and program.notes == ()
    assert program.text.startswith("from __future__ import annotations\n")
    assert program.places[0] is None and None not in program.places[1:]


def test_4_hints_are_kept_that_are_there() -> None:
    program = sliced(
        ["from dataclasses import dataclass", "T = int", "@dataclass\nclass f:\n    x: T"]
    )
    assert run(program).f.__annotations__ == {"x": int} and None not in program.places


def test_4_future_first_and_star_imports_always() -> None:
    cells = ["x = 1", "def f(): pass", "from math import *", "from __future__ import annotations"]
    assert sliced(cells).text.splitlines() == [
        "from __future__ import annotations",
        "def f(): pass",
        "from math import *",
    ]


@pytest.mark.parametrize(
    "cells",
    [
        ["K = 1", "def f(): return K", "K = 7"],
        ["K = 7", "def f(k=K): return k", "K = 1"],
        ["def f(k=K): return k", "K = 7", "K = 1"],
        ["K = 1", "K += 2", "def f(): return K", "K += 4"],
        ["A = 3", "B = A + 4", "A = 100", "def f(): return B"],
        ["a, (b, *c) = 1, (2, 4)", "d = e = 0", "def f(): return a + b + c[0] + d + e"],
        ["K: int = 7", "K: int", "def f(): return K"],
        ["def f(): return K", "K = g()", "def g(): return h()", "def h(): return 7"],
        ["x = 1; K = 7; y = 2", "def f(): return K"],
        ["K = J", "J = 3", "J = K + 4", "def f(): return J"],
        ["K = 7", "a = b", "b = a", "def f(): return a if K == 0 else K"],
    ],
)
def test_5_names_have_the_value_of_the_notebook(cells: list[str]) -> None:
    assert value(cells) == 7


def test_5_what_can_not_run_is_left_out() -> None:
    program = sliced(["A = missing + 1", "def f(): return A", "class C(Base): pass"], "f C")
    assert program.text == "def f(): return A\n"
    assert program.notes == (
        "`C` needs `Base`, which no cell defines.",
        "`f` needs `missing`, which no cell defines.",
    )


@pytest.mark.parametrize(
    "cells",
    [
        ["if 1 > 2:\n    K = 1\nelse:\n    K = 7", "def f(): return K"],
        ["K = 7", "if 1 > 2:\n    K = 1", "def f(): return K"],
        ["try:\n    import no_such\n    K = 1\nexcept ImportError:\n    K = 7", "f = lambda: K"],
        ["try:\n    K\nexcept NameError:\n    K = 7", "f = lambda: K"],
        ["for i in range(8):\n    print(end='')", "def f(): return i"],
        ["K = 0\nwhile K < 7: K += 1", "def f(): return K"],
        ["import io\nwith io.StringIO() as s:\n    K = 7 + len(s.read())", "f = lambda: K"],
        ["match 7:\n    case K: pass", "def f(): return K"],
    ],
)
def test_6_compound_statements_are_kept_whole(cells: list[str]) -> None:
    assert value(cells) == 7


@pytest.mark.parametrize(
    "cells",
    [
        ["class A: pass", "print(1 / 0)", "A.k = 7", "f = lambda: A.k"],
        ["C = {}", 'C["a"] = 7', "def f(): return C['a']"],
        ["L = [1]", "L.append(6)", "def f(): return sum(L)"],
        ["L = list()\nfor i in range(4):\n    L.append(i)", "def f(): return sum(L) + 1"],
        ["class A: pass", "setattr(A, 'k', 7)", "f = lambda: A.k"],
        [
            "def add(c): return lambda g: setattr(c, g.__name__, g)\nclass A: pass",
            "@add(A)\ndef k(self): return 7",
            "def f(): return A().k()",
        ],
        ["class A:\n    def __init__(self): self.k = 7", "a = A()", "def f(): return a.k"],
        ["L = [7]", "M = [0]\nM.append(L.pop())\nM[0] = 1 / 0", "def f(): return L[0]"],
    ],
)
def test_7_set_up_is_kept_and_effects_are_not(cells: list[str]) -> None:
    assert value(cells) == 7


@pytest.mark.parametrize(
    "made",
    [
        "K = DataLoader([1])",
        "import torch.utils.data as d\nK = d.DataLoader([1])",
        "from torchvision import datasets as ds\nK = ds.MNIST('.')",
        "import nndl.data as nd\nK = nd.mnist()",
        "from urllib.request import urlopen as get\nK = get('http://x').read()",
        "import torch\nK = torch.load('x')",
        "K = open('x').read()",
        "K = input()",
        "K, y = next(iter([(1, 2)]))",
        "for K in range(3):\n    optimizer.step()",
        "while True:\n    K = 1",
        "while 1:\n    K = 1\n    for x in [1]: break",
        "def load(): return open('x')\ndef get(): return load()\nK = get()",
        *(f"def {start}_it(): return 1\nK = {start}_it()" for start in NOT_RUN_FUNCTIONS),
    ],
)
def test_7_training_and_data_are_not_run(made: str) -> None:
    program = sliced(["", made, "def f(): return K"])
    assert program.defined == {"f"} and run(program).f
    assert program.notes == (
        "`f` needs `K`, which cell 2 makes; that cell is not run when grading.",
    )


def test_7_what_is_made_from_it_is_not_run_either() -> None:
    cells = ["loader = DataLoader([1])", "n = len(loader)", "def f(): return n"]
    assert sliced(cells).text == "def f(): return n\n"
    assert note(cells) == (
        "`f` needs `loader`, which cell 1 makes; that cell is not run when grading."
    )


def test_7_another_value_stands_in() -> None:
    cells = ["K = 7", "def f(): return K", "for K in [1, 2]:\n    f(K).backward()"]
    assert value(cells) == 7
    assert note(cells).endswith("not run when grading, and the value from cell 1 stands.")


def test_7_a_definition_needs_no_note_on_a_value_of_its_name() -> None:
    training = "for x in loader:\n    loss = loss(x)\n    loss.backward()"
    cells = ["def loss(x): return x + 6", "def f(): return loss(1)", training]
    assert value(cells) == 7 and sliced(cells).notes == ()


@pytest.mark.parametrize(
    "loop",
    [
        "while True:\n    K = 7\n    if K: break",
        "K = 7\nwhile False: K = 1",
        "try:\n    while 1:\n        K = 7\n        raise ValueError\nexcept ValueError: pass",
    ],
)
def test_7_a_loop_that_ends_is_run(loop: str) -> None:
    assert value([loop, "def f(): return K"]) == 7


def test_7_what_was_handed_out_has_no_number() -> None:
    cells = [CodeCell(0, "K = 7"), CodeCell(1, "K = input()"), CodeCell(2, "def f(): return K")]
    assert slice_cells(cells, ["f"]).notes == (
        "`f` needs `K`, which cell 1 makes; that cell is not run when grading, and the value from "
        "a cell of the assignment stands.",
    )


@pytest.mark.parametrize("size", [0, KEPT_SOURCE])
def test_cells_of_the_same_text_have_places_of_their_own(size: int) -> None:
    source = f"def f():\n    return 7  # {'x' * size}"
    for number in (3, 8):
        assert slice_cells([CodeCell(number, source)], ["f"]).places == ((number, 1), (number, 2))
    twice = [CodeCell(3, source), CodeCell(8, source)]
    assert slice_cells(twice, ["f"]).places == ((8, 1), (8, 2))
    broken = [slice_cells([CodeCell(n, "def f():\n    break")], ["f"]).notes for n in (3, 8)]
    assert [re.findall(r"cell \d", note) for (note,) in broken] == [["cell 3"], ["cell 8"]]


def test_7_a_function_that_trains_is_a_definition_like_any_other() -> None:
    cells = ["def train_it():\n    optimizer.step()\n    open('x')", "def f(): return train_it"]
    program = sliced(cells, "f train_it")
    assert program.defined == {"f", "train_it"} and run(program).f() and program.notes == ()


@pytest.mark.parametrize(
    "imports",
    [
        "import no_such_module",
        "from google.colab import drive\ndrive.mount('/x')",
        "import google.colab",
        "import matplotlib.pyplot as plt\nplt.plot([1])",
        "from google.colab import *",
    ],
)
def test_8_imports_that_nothing_needs_are_dropped(imports: str) -> None:
    program = sliced([imports, "def f(): return 7"])
    assert run(program).f() == 7
    assert program.defined == {"f"} and program.notes == ()


def test_8_asking_for_colab_is_kept() -> None:
    ask = "try:\n    import google.colab\n    K = 1\nexcept ImportError:\n    K = 7"
    assert value([ask, "def f(): return K"]) == 7
    colab = ["from google.colab import files", "def f(): return files"]
    assert "`files`, which cell 1 makes" in note(colab)


@pytest.mark.parametrize(
    "cells",
    [
        ["def f(): return 6", "def w(g): return lambda: g() + 1", "f = w(f)"],
        ["class A:\n    k = 7", "class A(A):\n    pass", "def f(): return A.k"],
        ["n = 6", "def f():\n    global n\n    n += 1\n    return n"],
        ["n = 0", "def g():\n    global n\n    n = 7", "def f():\n    g()\n    return n"],
        ["def f(): return g()", "def g(): return f and 7"],
    ],
)
def test_9_redefinitions_keep_what_they_build_on(cells: list[str]) -> None:
    assert value(cells) == 7


@pytest.mark.parametrize(
    "cells",
    [
        ["def f(): return sum", "sum = 7"],
        ["list = [7]", "def f(): return list[0]"],
        ["def f(n=sum([3, 4])): return n", "sum = 0"],
        ["max = min", "min = 0", "def f(): return max(7, 8)"],
    ],
)
def test_10_shadowed_builtins_follow_python(cells: list[str]) -> None:
    assert value(cells) == 7


@pytest.mark.parametrize("guard", ['__name__ == "__main__"', "('__main__'==__name__)"])
def test_11_the_main_guard_is_open(guard: str) -> None:
    assert value([f"if {guard}:\n    K = 7\nelse:\n    K = 1", "def f(): return K"]) == 7
    program = sliced(["def f(): return 7", f"if {guard}:\n    print(f())"])
    assert program.text == "def f(): return 7\n"


def test_11_training_below_the_main_guard_is_not_run() -> None:
    guarded = 'if __name__ == "__main__":\n    K = train_it()'
    cells = ["def train_it(): pass", "K = 7", guarded, "def f(): return K"]
    assert value(cells) == 7
    assert note(cells).startswith("`f` needs `K`, which cell 3 makes; that cell is not run")


def test_12_defined_are_the_names_that_the_program_binds() -> None:
    program = sliced(
        ["import os.path as p, io\na, (b, *c) = 1, (2, 3)", "def f(): return p, io, b"]
    )
    assert program.defined == {"p", "io", "a", "b", "c", "f"} <= run(program).__dict__.keys()


def test_12_missing_names() -> None:
    program = sliced(["def f(): return 7", "class Vae: pass"], "f VAE nothing")
    assert run(program).f() == 7
    assert program.defined == {"f"}
    assert program.notes == ("`Vae` is defined in cell 2; `VAE` is asked for.",)
    assert sliced([]) == Program("", (), frozenset(), ())


HOSTILE = {
    "deep sum": "K = " + "1+" * 50_000 + "1",
    "deep attribute": "K = a" + ".b" * 50_000,
    "deep lambda": "K = " + "lambda: " * 5_000 + "1",
    "deep elif": "if 1: K = 1\n" + "elif 1: K = 1\n" * 10_000,
    "brackets": "K = " + "[" * 10_000,
    "null": "K = 1\0",
    "surrogate": "K = '\udc80'  # \ud800",
    "only a prompt": "In [1]: %%",
    "many digits": "K = " + "9" * 50_000,
    "one line": "K = 1;" * 10_000,
    "200 kB": "K = 1\n" + "# text\n" * 30_000,
    "magics": "!ls\n" * 3_000,
    "long magic": "%a \\\n" * 10_000,
    "too long": "K = 1\n" + "#" * MAX_SOURCE,
    "cell magics": "%%time\n" * 10_000,
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_13_hostile_cells_cost_themselves(source: str) -> None:
    program = sliced(["def f(): return 7", source], "f K")
    assert is_sound(program)
    assert run(program).f() == 7


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("gap", ["    ", "\t", "    \x0c", "  \\\n  "])
def test_13_odd_white_space_keeps_lines(ending: str, gap: str) -> None:
    source = f"\x0cx = 1\nif x:{gap}pass\n\ndef f():\n\tK = '\x0c\x1c\u2028'\n\treturn len(K) + 4"
    program = sliced([source.replace("\n", ending)])
    assert run(program).f() == 7
    first = source[: source.index("def")].count("\n") + 1
    assert program.places == tuple((1, first + i) for i in range(3))


@pytest.mark.parametrize(
    "cells",
    [
        [*(f"def g{i}(): return g{i + 1}()" for i in range(2000)), "def g2000(): return 7"],
        [*(f"g{i} = g{i + 1}" for i in range(2000)), "g2000 = 7"],
        ["g0 = []", *["g0.append(1)"] * 2000],
        ["g0 = 0", *["g0 += 1"] * 2000],
        [*["g0 = g1", "g1 = g0"] * 1000, "g0 = 7"],
    ],
)
def test_13_thousands_of_cells(cells: list[str]) -> None:
    program = sliced([*cells, "def f(): return g0"])
    assert is_sound(program)
    assert "g0" in run(program).__dict__ and program.notes == ()


LOADERS = {"loader": "[nn.a, nn.b]", "test": "[]"}


def with_stand_ins(*cells: str) -> Program:
    numbered = [CodeCell(i, cell) for i, cell in enumerate(cells, 1)]
    return slice_cells(numbered, ["f"], stand_ins=LOADERS)


@pytest.mark.parametrize(
    "made",
    [
        "loader = DataLoader(data)",
        "for i in range(9):\n    loader = DataLoader(data)",
        "loader, test = DataLoader(data), DataLoader(data)",
    ],
)
def test_14_a_stand_in_takes_the_place_of_what_is_not_run(made: str) -> None:
    program = with_stand_ins("import json as nn", made, "def f(): return loader, nn.dumps")
    assert "loader = [nn.a, nn.b]" in program.text and "DataLoader" not in program.text
    assert program.notes == (
        "`f` needs `loader`, which cell 2 makes; that cell is not run when grading, and a stand-in "
        "takes its place.",
    )
    assert [place is None for place in program.places] == [
        line.startswith("loader") for line in program.text.splitlines()
    ]


def test_14_two_names_of_one_statement_have_a_stand_in_each() -> None:
    program = with_stand_ins("loader, test = DataLoader(1), 2", "def f(): return test, loader")
    assert run(with_stand_ins("loader, test = DataLoader(1), 2", "def f(): return test")).f() == []
    assert "test = []" in program.text and len(program.notes) == 2


@pytest.mark.parametrize(
    "cells",
    [
        ["loader = [7]", "def f(): return loader[0]"],
        ["loader = DataLoader(data)", "loader = [7]", "def f(): return loader[0]"],
        ["loader = [7]", "loader = DataLoader(data)", "def f(): return loader[0]"],
        ["loader = DataLoader(data)", "def f(loader=[7]): return loader[0]"],
    ],
)
def test_14_what_the_notebook_can_make_or_does_not_need_has_no_stand_in(cells: list[str]) -> None:
    program = with_stand_ins(*cells)
    assert run(program).f() == 7 and None not in program.places


def test_14_a_name_that_no_cell_makes_has_no_stand_in() -> None:
    program = with_stand_ins("def f(): return loader")
    assert program.text == "def f(): return loader\n"


@pytest.mark.parametrize(
    "after",
    [
        *("g = 0", "g: int = 0", "g = [1, 2]", "g = x = -1", "g += 1", "g = g(1)", "g = g(1)(2)"),
        *("for g in range(3): pass", "for x in range(3):\n    g = x + 1", "print(g := 3)"),
        *("x, g = 1, 2", "(x, [g, y]) = 1, (2, 3)", "if 1:\n    g = 0"),
    ],
)
def test_15_what_is_called_is_what_can_be_called(after: str) -> None:
    cells = ["def g(n): return n + 6", "def f(): return g(1)", after]
    assert value(cells) == 7
    graded = sliced(["def f(n=1): return n + 6", after.replace("g", "f").replace("fe", "ge")])
    assert run(graded).f() == 7


@pytest.mark.parametrize(
    "after",
    [
        *("g = lambda n: 7", "g = h", "g = h.h", "g = wrap(g)", "g = make()", "g, x = make(), 1"),
        *("g: object = make()", "from math import ceil as g", "def g(n): return 7", "g = gs[0]"),
        *("if 1:\n    g = h", "for x in [1]:\n    def g(n): return 7", "g = h if h else 1"),
        'globals()["g"] = h',
    ],
)
def test_15_else_the_last_value_counts(after: str) -> None:
    helpers = "def h(n): return 7\nh.h = h\ndef make(): return h\ngs = [h]\nwrap = lambda g: h"
    assert value([helpers, "def g(n): return 1", "def f(): return g(6.5)", after]) == 7


@pytest.mark.parametrize(
    "shadow",
    [
        *("sum = 0", "sum = x.sum()", "sum, x = count()", "sum = sums[0]", "sum = sum([1])"),
        "for sum in [1]: pass",
    ],
)
def test_15_a_builtin_that_is_called_is_pythons_own(shadow: str) -> None:
    set_up = "sums = [1]\nimport array as x\ndef count(): return 1, 2"
    function = "def f(): return sum([3, 4])"
    assert value([set_up, function, shadow]) == value([set_up, shadow, function]) == 7


@pytest.mark.parametrize(
    "own",
    [
        *("def sum(x): return 7", "sum = lambda x: 7", "sum = Sum()", "sum = always"),
        *("from functools import partial\nsum = partial(sum, start=6)", "sum = max = always"),
    ],
)
def test_15_unless_the_notebook_has_its_own(own: str) -> None:
    set_up = "def always(x): return 7\nclass Sum:\n    def __call__(self, x): return 7"
    assert value([set_up, "def f(): return sum([1])", own]) == 7


def test_15_what_is_made_by_calling_the_name_is_no_function() -> None:
    cells = ["def g(n): return n + 6", "def h(n): return g(n)", "def f(): return h(1)"]
    assert value([*cells, "g = h(2)"]) == value([*cells, "if f():\n    g = f()"]) == 7
    assert value([*cells, "f = f()", "h = f", "g = h"]) == 7


def test_15_a_name_that_is_only_read_has_its_last_value() -> None:
    assert value(["def g(): pass", "def f(): return g", "g = 7"]) == 7


@pytest.mark.parametrize(
    "cells",
    [
        ["exec('def f(): return K')", "K = 7"],
        ['exec("""\nimport math\nK = 7\n""")', "def f(): return math.floor(K)"],
        ["f = eval(' lambda: K')", "K = 7"],
        ["def f(): return eval('K + J')", "K = 3", "J = 4"],
        ["if 1:\n    exec('K = 7')", "def f(): return K"],
    ],
)
def test_16_texts_that_are_run_are_code(cells: list[str]) -> None:
    assert value(cells) == 7


def test_16_other_texts_are_not_looked_into() -> None:
    cells = ["exec('def f(')", "exec(open('x').read())", "exec('K = ' + '7')", "eval('1 +')"]
    assert sliced([*cells, "def f(): return 7"]).text == "def f(): return 7\n"


@pytest.mark.parametrize(
    "cells",
    [
        ["globals()['f'] = lambda: 7"],
        ["globals()['K'] = 7", "def f(): return K"],
        ["K = 7", "def f(): return globals()['K']"],
        ["def f():\n    globals()['K'] = 7\n    return K"],
    ],
)
def test_16_names_of_globals_are_names(cells: list[str]) -> None:
    assert value(cells) == 7


SNIPPETS = st.sampled_from(
    [
        *("def f(): return a", "def f(): raise NotImplementedError", "class A(A, b): a = a"),
        *("a = b", "b = a", "a += 1", "a: int", "a, *b = b", "a = 1; b = 2", "(a := b)", "del a"),
        *("A.f = f", "b['x'] = a", "b.append(a)", "b = []", "from x import *", "import a.b as b"),
        *("from __future__ import annotations", "from google.colab import a", "global a", "return"),
        *("if a:\n    b = 1", "for a in b:\n    a.step()", "try:\n    a\nexcept a as b:\n    !ls"),
        *("%%time", "%%bash", "!ls", "a = !ls \\\n  -l", "%time a = 1", "a?", ">>> a", "print a"),
        *("@(\n# @\n a)\ndef f(a=a): pass", "f = lambda: a", "async def f(): await a", "await a"),
        *("x = '''\n!ls\n'''", "  a = 1", "\x0c", "\ufeff", "\\\n", "match a:\n    case b: pass"),
        *("[a := b for b in a]", "with a as b: b", "type a = b", "class A[T](b): a: T", "f'{a!r}'"),
        *(
            "exec('a = b')",
            "a = eval('b(')",
            "globals()['a'] = b",
            "a = a(b)",
            "a(b)",
            "b, a = a()",
        ),
        *("def f():\n    global a, b\n    a = b", "@a(A)\ndef b(self): a", "setattr(A, 'b', a)"),
    ]
)
SOURCES = st.one_of(
    st.lists(SNIPPETS, max_size=6).map("\n".join),
    st.text(max_size=40),
    st.text("abf=:()[]{}'\"\\\n\t %!?@.;#\r\x0c", max_size=40),
)


@settings(deadline=None)
@given(st.lists(SOURCES, max_size=6), st.sets(st.sampled_from(["f", "A", "a", "b"])))
def test_13_no_cells_raise_and_every_program_parses(cells: list[str], names: set[str]) -> None:
    program = sliced(cells, " ".join(names))
    assert is_sound(program)
    assert sliced(cells, " ".join(names)) == program


def test_every_rule_has_a_test() -> None:
    rules = set(re.findall(r"^## (\d+)\.", RULES.read_text(encoding="utf-8"), re.MULTILINE))
    tested = set(re.findall(r"^def test_(\d+)_", Path(__file__).read_text("utf-8"), re.MULTILINE))
    assert rules == tested
