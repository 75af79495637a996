"""The student object: whatever the student's code does, a check sees values or a StudentError."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
import torch

from autograder.errors import StudentError
from autograder.sandbox.inside.limits import Limits
from autograder.sandbox.process import WarmProcess
from autograder.student import MAX_NESTED, Handle, Seen, Student
from autograder.submission import Submission

Walled = Callable[..., Student]
MODEL = """
    import torch
    from torch import nn
    class Model(nn.Module):
        def __init__(self, size=3):
            super().__init__()
            self.size = size
            self.part = nn.Linear(size, 2)
            self.act = lambda x: torch.relu(x)
        def forward(self, x):
            return self.act(self.part(x))
    def scale(x, by=2.0):
        return x * by
    def uses(x):
        return scale(x) + 1
"""
COUNTS = """
    calls = 0
    def count():
        global calls
        calls += 1
        return calls
    def late():
        return 1 / (count() - 1)
"""


def fault(action: Callable[[], Any]) -> StudentError:
    with pytest.raises(StudentError) as caught:
        action()
    return caught.value


# --- what works -------------------------------------------------------------------------------


def test_a_function_is_called_and_gradients_flow_through(walled: Walled) -> None:
    x = torch.ones(2, requires_grad=True)
    walled(MODEL).scale(x, by=3.0).sum().backward()
    assert x.grad is not None and x.grad.tolist() == [3, 3]


def test_a_model_stays_there_and_is_used_through_its_handle(walled: Walled) -> None:
    model = walled(MODEL).build("Model", 4)
    weights = {name: torch.randn_like(value) for name, value in model.parameters().items()}
    model.load(weights)
    x = torch.randn(5, 4)
    expected = x @ weights["part.weight"].T + weights["part.bias"]
    assert torch.allclose(model.part(x), expected)
    assert torch.allclose(model(x), expected.relu())
    assert torch.allclose(model.act(expected), expected.relu())
    assert model.size.read() == 4
    model.size.set(9)
    assert model.size.read() == 9


def test_values_are_set_by_their_shapes_where_they_fit(walled: Walled) -> None:
    student = walled(MODEL)
    weight, bias = torch.randn(2, 3), torch.randn(2)
    model, larger = student.build("Model"), student.build("Model", 4)
    assert model.load_by_shape([bias, weight])
    loaded = model.parameters()
    assert loaded["part.weight"].equal(weight) and loaded["part.bias"].equal(bias)
    before = larger.parameters()
    for others in ([bias, weight], [bias], [bias, bias, torch.randn(2, 4)]):
        assert not larger.load_by_shape(others)
    assert all(value.equal(before[name]) for name, value in larger.parameters().items())


def test_values_are_sent_once_to_a_process(walled: Walled) -> None:
    student = walled(MODEL)
    values = [torch.ones(2, 3), torch.ones(2)]

    def loaded() -> float:
        model = student.build("Model")
        assert model.load_by_shape(values)
        return float(model.parameters()["part.weight"].mean())

    assert loaded() == 1
    for value in values:
        value += 1
    student._begin(1, (), ())
    assert loaded() == 1
    student.restart()
    assert loaded() == 2
    values = [value + 1 for value in values]
    assert loaded() == 3


def test_a_blank_model_has_the_same_value_everywhere_and_others_are_drawn(walled: Walled) -> None:
    student = walled(MODEL + """
    class Breaks(Model):
        def __init__(self):
            super().__init__()
            raise ValueError("no")
    """)  # fmt: skip
    first, second = student.build("Model"), student.blank("Model", 4)
    (value,) = {v for p in second.parameters().values() for v in p.flatten().tolist()}
    assert value != 0 and second.size.read() == 4
    assert fault(lambda: student.blank("Breaks")).type == "ValueError"
    for drawn in (first, student.build("Model")):
        assert all(len(p.unique()) > 1 for p in drawn.parameters().values())


def test_gradients_are_left_at_the_models_parameters(walled: Walled) -> None:
    model = walled(MODEL).build("Model")
    assert set(model.gradients().values()) == {None}
    model(torch.ones(1, 3)).sum().backward()
    assert {name: g.shape for name, g in model.gradients().items()} == {
        "part.weight": (2, 3),
        "part.bias": (2,),
    }


def test_a_stand_in_takes_the_place_of_a_function_until_the_next_check(walled: Walled) -> None:
    student = walled(MODEL)
    x = torch.ones(1, requires_grad=True)
    assert student.uses(x).item() == 3
    student._begin(1, ["scale"], ())
    student.carry("scale", lambda x: x * 10)
    student.carry("uses", lambda x: x * 0)  # did not fail: it stays the student's
    result = student.uses(x)
    result.backward()
    assert (result.item(), x.grad.item(), student._carried) == (11, 10, ["scale"])
    student._begin(2, (), ())
    assert student.uses(x).item() == 3 and student._carried == []


def test_what_takes_the_place_of_a_method_is_gone_with_the_next_check(walled: Walled) -> None:
    student = walled("""
        class Base:
            def kind(self):
                return "base"
        class Derived(Base):
            pass
    """)
    student.Base.kind.replace(lambda _: "stand-in")
    student.Derived.kind.replace(lambda _: "another")
    assert student.build("Base").kind() == "stand-in"
    assert student.build("Derived").kind() == "another"
    student._begin(1, (), ())
    assert student.build("Base").kind() == "base"
    assert student.build("Derived").kind() == "base"


def test_the_checks_of_an_item_share_what_is_asked_once(walled: Walled) -> None:
    student = walled(COUNTS)

    def counted(asked: Student) -> int:
        return int(asked.count())

    assert [student.once(counted), student.once(counted)] == [1, 1]
    student._begin(1, (), ())
    assert student.once(counted) == 1
    student._next_item()
    assert student.once(counted) == 2


def test_what_could_not_be_answered_is_asked_anew(walled: Walled) -> None:
    student = walled(COUNTS)

    def asked(of: Student) -> float:
        return float(of.late())

    assert fault(lambda: student.once(asked)).type == "ZeroDivisionError"
    assert student.once(asked) == 1.0


def test_a_part_of_a_model_can_be_replaced_and_its_parameters_are_trained_there(
    walled: Walled,
) -> None:
    student = walled(MODEL)
    model = student.build("Model")
    weight = torch.tensor([2.0])
    model.part.replace(lambda parameters, x: parameters[0] * x, {"w": weight})
    assert model(torch.ones(1)).item() == 2
    model(torch.ones(1)).sum().backward()
    assert {name: g.tolist() for name, g in model.gradients().items()} == {"part.w": [1]}


def test_what_takes_the_place_of_a_part_gets_what_is_told_by_name(walled: Walled) -> None:
    student = walled("""
        from torch import nn
        class Conditional(nn.Module):
            def __init__(self):
                super().__init__()
                self.part = nn.Linear(1, 1)
            def forward(self, x, labels):
                return self.part(x, c=labels)
    """)
    model = student.build("Conditional")
    model.part.replace(lambda _, x, c: 10 * x + c, parameters={})
    assert model(torch.ones(1), torch.tensor([3])).tolist() == [13]


def test_a_model_of_stand_ins_is_trained_there_and_tells_what_is_done_to_it(
    walled: Walled,
) -> None:
    student = walled("""
        import torch
        def train(model, batches):
            optimizer = torch.optim.SGD(model.parameters(), lr=1.0)
            model.train()
            for x, label in batches:
                optimizer.zero_grad()
                loss = model.loss(x, model(x, c=label))
                loss.backward()
                optimizer.step()
            model.eval()
            model.loss(x, model(x))
    """)
    seen: list[tuple[float, bool, Any, Any]] = []

    def forward(now: Seen, x: torch.Tensor, c: Any = None) -> torch.Tensor:
        seen.append((now.parameters["w"].item(), now.training, x.tolist(), c))
        return now.parameters["w"] * x

    model = student.model(
        {"w": torch.tensor([1.0])}, forward=forward, loss=lambda now, x, y: (x * y).sum()
    )
    batches = [(torch.tensor([0.5]), 7), (torch.tensor([2.0]), 8)]
    student.train(model, batches)
    assert seen == [
        (1.0, True, [0.5], 7),
        (0.75, True, [2.0], 8),
        (-3.25, False, [2.0], None),
    ]


def test_a_model_of_stand_ins_has_parts_with_parameters_of_their_own(walled: Walled) -> None:
    student = walled("""
        import torch
        def step(model, x):
            optimizer = torch.optim.SGD(model.decoder.parameters(), lr=1.0)
            (model(x) + model.decoder(x)).backward()
            optimizer.step()
            return len(list(model.encoder.parameters())), len(list(model.parameters()))
    """)

    def both(now: Seen, x: torch.Tensor) -> torch.Tensor:
        return (now.parameters["encoder.w"] * now.parameters["decoder.w"] * x).sum()

    start = {"encoder.w": torch.tensor([2.0]), "decoder.w": torch.tensor([3.0])}
    model = student.model(start, forward=both, decoder=both)
    assert student.step(model, torch.tensor([1.0])) == (1, 2)
    left = {name: value.item() for name, value in model.parameters().items()}
    assert left == {"encoder.w": 2.0, "decoder.w": -1.0}


def test_a_module_keeps_its_layers_and_computes_here_from_the_parameters_that_are_named(
    walled: Walled,
) -> None:
    student = walled("""
        import torch
        from torch import nn
        class Holder:
            def __init__(self):
                self._net = nn.Linear(3, 2)
                self.optimizer = torch.optim.SGD(self._net.parameters(), lr=1.0)
            def step(self, x):
                self._net.eval()
                self._net(x, by=2).sum().backward()
                self.optimizer.step()
    """)
    holder = student.build("Holder")
    net = holder.at("_net")
    before, seen = net.parameters(), []

    def forward(now: Seen, x: torch.Tensor, by: int) -> torch.Tensor:
        seen.append((set(now.parameters), now.training))
        return now.parameters["bias"] * x * by

    net.compute(forward, ["bias"])
    holder.step(torch.tensor([1.0, 3.0]))
    after = holder.at("_net").parameters()
    assert seen == [({"bias"}, False)]
    assert torch.equal(after["weight"], before["weight"])
    assert torch.allclose(after["bias"], before["bias"] - torch.tensor([2.0, 6.0]))
    assert torch.equal(holder.at("_net.bias").read(), after["bias"])


def test_an_optimizer_is_made_for_a_model_that_is_there(walled: Walled) -> None:
    student = walled("def step(optimizer):\n    optimizer.step()\n")
    model = student.model({"w": torch.tensor([1.0])}, forward=lambda now: now.parameters["w"] * 3)
    optimizer = student.optimizer("SGD", model, lr=0.5)
    model().sum().backward()
    student.step(optimizer)
    assert model.parameters()["w"].tolist() == [-0.5]


def test_the_same_seed_gives_the_same_random_numbers_and_another_seed_others(
    walled: Walled,
) -> None:
    text = "import torch, random, numpy\ndef draw():\n    "
    text += "return torch.rand(2), random.random(), numpy.random.rand()"
    student, drawn = walled(text), []
    for seed in (1, 2, 1):
        student._begin(seed, (), ())
        drawn.append(str(student.draw()))
    assert drawn[0] == drawn[2] != drawn[1]


def test_a_graph_can_be_used_once_and_that_is_said(walled: Walled) -> None:
    x = torch.ones(1, requires_grad=True)
    y = walled(MODEL).scale(x)
    y.backward(retain_graph=True)
    y.backward()
    assert "used up" in fault(lambda: y.backward()).message


# --- the student's faults, in words -----------------------------------------------------------


def kind_and_words(error: StudentError) -> tuple[str, str]:
    return error.kind, str(error)


def test_a_function_that_is_not_written_or_not_there(walled: Walled) -> None:
    student = walled("""
        def later():
            raise NotImplementedError
        class Half:
            def __init__(self):
                self.done = 1
                raise NotImplementedError
    """)
    error = fault(lambda: student.later())
    assert error.is_gap and str(error).startswith("`later` is not written yet.")
    error = fault(lambda: student.nowhere())
    assert error.is_gap and str(error) == "`nowhere` is not there."
    half = student.build("Half")
    assert half.done.read() == 1
    assert fault(lambda: half.rest.read()).kind == "not_written"


def test_a_network_without_layers_is_not_written_where_its_init_stops(walled: Walled) -> None:
    student = walled("""
        from torch import nn
        class Empty(nn.Module):
            def __init__(self):
                super().__init__()
                raise NotImplementedError
        class Begun(Empty):
            def __init__(self):
                nn.Module.__init__(self)
                self.first = nn.Linear(2, 3)
                raise NotImplementedError
        class Bare(nn.Module):
            pass
    """)
    error = fault(lambda: student.build("Empty").shapes())
    assert kind_and_words(error) == ("not_written", "`Empty` is not written yet.")
    assert student.build("Begun").shapes() == {"first.weight": [3, 2], "first.bias": [3]}
    assert student.build("Bare").shapes() == {}


def test_an_exception_says_what_and_where(walled: Walled) -> None:
    student = walled("def f(x):\n    y = x\n    return y / 0\n")
    assert kind_and_words(fault(lambda: student.f(1))) == (
        "raised",
        "Your code raised ZeroDivisionError: division by zero (vae.py, line 3 in `f`: "
        "`return y / 0`)",
    )


def test_a_syntax_error_says_where_at_every_check(walled: Walled) -> None:
    student = walled("x = 1\ndef f(:\n    pass\n")
    for _ in range(2):
        error = fault(lambda: student.f())
        assert (error.kind, error.file, error.line) == ("syntax", "vae.py", 2)
        assert "not valid Python: invalid syntax. (vae.py, line 2: `def f(:`)" in str(error)


def test_what_an_import_raises_says_where(walled: Walled) -> None:
    error = fault(lambda: walled("import nothing_like_it").f())
    assert (error.kind, error.type, error.line) == ("raised", "ModuleNotFoundError", 1)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sys.exit(3)", "Your code ended the process (SystemExit: 3)"),
        ("exit()", "Your code ended the process (SystemExit: None)"),
        ("raise KeyboardInterrupt", "Your code ended the process (KeyboardInterrupt)"),
        ("raise GeneratorExit('x')", "Your code ended the process (GeneratorExit: x)"),
    ],
)
def test_code_that_would_end_the_process_is_told_and_the_process_lives(
    walled: Walled, body: str, words: str
) -> None:
    student = walled(f"import sys\nN = []\ndef f():\n    N.append(1)\n    {body}\ndef n():\n"
                     "    return len(N)")  # fmt: skip
    error = fault(lambda: student.f())
    assert error.kind == "ended" and str(error).startswith(words)
    assert student.n() == 1


DEATHS = [
    ("os._exit(0)", "with exit status 0"),
    ("os._exit(7)", "with exit status 7"),
    ("ctypes.string_at(1)", "killed by SIGSEGV"),
]


@pytest.mark.parametrize(("body", "words"), DEATHS)
def test_a_process_that_died_is_told_and_the_next_call_has_a_fresh_one(
    walled: Walled, body: str, words: str
) -> None:
    text = "import ctypes, os\nN = []\ndef f(die):\n    N.append(1)\n"
    student = walled(f"{text}    if die:\n        {body}\n    return len(N)\n")
    assert student.f(False) == 1
    error = fault(lambda: student.f(True))
    assert kind_and_words(error) == ("died", f"`f` ended the process ({words}).")
    assert student.f(False) == 1


@pytest.mark.parametrize(("body", "words"), DEATHS[1:3])
def test_a_process_that_died_at_import_is_told_at_every_check(
    walled: Walled, body: str, words: str
) -> None:
    student = walled(f"import ctypes, os\n{body}\n")
    for _ in range(2):
        error = fault(lambda: student.f())
        assert error.kind == "died" and words in str(error) and "import" in str(error)


@pytest.mark.parametrize(
    "body",
    ["while True: pass", "time.sleep(99)", "signal.pause()", "[x for x in iter(int, 1)]"],
)
def test_a_call_without_an_end_is_stopped_and_the_next_has_a_fresh_process(
    walled: Walled, body: str
) -> None:
    student = walled(f"""
        import signal, time
        for number in range(1, 32):
            if number not in (9, 19):
                signal.signal(number, signal.SIG_IGN)
        def f():
            {body}
        def g():
            return "well"
    """)
    assert student.g() == "well"
    with student.within(0.3):
        error = fault(lambda: student.f())
    assert kind_and_words(error) == ("limit", "`f` did not finish within 0.3 seconds.")
    assert student.g() == "well"


def test_an_import_without_an_end_is_stopped_once(
    walled: Walled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.student.LOAD_SECONDS", 0.5)
    student = walled("while True: pass")
    for _ in range(3):
        error = fault(lambda: student.f())
        assert (error.kind, str(error)) == ("limit", "`import vae` did not finish within "
                                                     "0.5 seconds.")  # fmt: skip


BURN = """
    import os, time
    def burn(seconds):
        until = time.process_time() + seconds
        while time.process_time() < until: pass
        return "done"
    def burn_in_children(seconds, children):
        for _ in range(children):
            if os.fork() == 0:
                burn(seconds)
                time.sleep(60)
        time.sleep(seconds * children + 3)
    def rest(seconds):
        time.sleep(seconds)
        return "rested"
    def hog(count, children=0):
        for _ in range(children):
            if os.fork() == 0:
                break
        kept = b"x" * count
        time.sleep(5)
        return len(kept)
    def share(children):
        kept = b"x" * (300 << 20)
        for _ in range(children):
            if os.fork() == 0:
                time.sleep(60)
        time.sleep(0.3)
        return kept[0]
    def fork():
        try:
            while True:
                if os.fork() == 0:
                    time.sleep(60)
        except BlockingIOError:
            time.sleep(5)
"""


def test_cpu_time_of_an_item_is_limited_and_its_use_is_told(walled: Walled) -> None:
    student = walled(BURN, item_seconds=1)
    assert student.rest(0) == "rested"
    student._clock._item = 60  # it is CPU time that ends it
    with student.within(60):
        error = fault(lambda: student.burn(30))
    assert error.kind == "limit"
    found = re.fullmatch(
        r"`burn` used (\d) seconds of CPU time, with all the processes that it started together; "
        r"1 are allowed for one item\.",
        str(error),
    )
    assert found is not None and int(found[1]) < 5, str(error)
    assert student.rest(0) == "rested"  # in a fresh process


def test_cpu_time_counts_with_that_of_children(walled: Walled) -> None:
    student = walled(BURN, item_seconds=2)
    assert student.rest(0) == "rested"  # a fresh process would have the item's time anew
    student._clock._item = 60
    with student.within(60):
        error = fault(lambda: student.burn_in_children(1, 4))
    assert "with all the processes that it started together; 2 are allowed for one" in str(error)


def test_each_item_has_cpu_time_of_its_own_but_the_submission_no_more_than_its_own(
    walled: Walled,
) -> None:
    student = walled(BURN, item_seconds=1.5, submission_seconds=2.5)
    assert student.rest(0) == "rested"  # loaded: to load sets the item's clock
    student._clock._submission = 60

    def burn_in_next_item(seconds: float) -> str:
        student._next_item()
        student._clock._item = 60  # it is CPU time that ends it
        with student.within(60):
            return str(student.burn(seconds))

    assert [burn_in_next_item(0.9) for _ in range(2)] == ["done"] * 2
    error = fault(lambda: burn_in_next_item(1.2))
    assert "2.5 are allowed for the whole submission." in str(error)


def test_calls_that_each_keep_their_time_do_not_have_it_again_and_again(walled: Walled) -> None:
    student = walled(BURN, item_seconds=1, submission_seconds=60)
    assert student.rest(0.6) == "rested"
    error = fault(lambda: student.rest(0.6))
    assert str(error) == "`rest` did not finish within the 1 seconds for one item."
    assert student.rest(0.6) == "rested"  # a fresh process has its time again


def test_the_whole_submission_has_its_time(walled: Walled) -> None:
    student = walled(BURN, submission_seconds=1)
    assert student.rest(0.6) == "rested"
    for _ in range(2):
        student._next_item()
        error = fault(lambda: student.rest(0.6))
        assert error.kind == "limit"
        assert str(error).endswith("did not finish within the 1 seconds for the whole submission.")


def test_memory_is_limited_for_all_processes_together(walled: Walled) -> None:
    student = walled(BURN, memory=1 << 30)
    error = fault(lambda: student.hog(300 << 20, children=4))
    assert error.kind == "limit"
    assert re.fullmatch(
        r"`hog` used [\d.]+ GiB of memory, with all the processes that it started together; "
        r"1 GiB are allowed\.",
        str(error),
    ), str(error)
    assert student.rest(0) == "rested"


def test_memory_that_processes_share_counts_once(walled: Walled) -> None:
    student = walled(BURN, memory=1 << 30)
    assert student.share(8) == ord("x")


def test_processes_are_counted_together(walled: Walled) -> None:
    student = walled(BURN, processes=20)
    assert re.fullmatch(
        r"`fork` had 2\d processes and threads at one time; 20 are allowed\.",
        str(fault(lambda: student.fork())),
    )


def test_what_passed_a_limit_at_the_end_of_an_item_does_not_hurt_the_next(walled: Walled) -> None:
    student = walled(
        BURN + "    def leave():\n        if os.fork() == 0: hog(900 << 20)\n        return 1",
        memory=700 << 20,
    )
    assert student.leave() == 1
    time.sleep(1)
    student._next_item()
    assert student.rest(0) == "rested"


GARBAGE = [
    "b'garbage that is long enough to hold two lengths'",
    "bytes(100)",
    "b'\\xff' * 100",
    "struct.pack('>IQ', 2, 0) + b'[]'",
    "struct.pack('>IQ', 20, 0) + b'{\"re\":99,\"value\":16}'",
    "struct.pack('>IQ', 11, 1 << 62) + b'{}'",
]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_on_the_wire_is_a_breach_and_no_fault_of_the_grader(
    walled: Walled, garbage: str
) -> None:
    student = walled(f"import os, struct\ndef f():\n    os.write(3, {garbage})\n    return 16\n"
                     "def g():\n    return 'well'")  # fmt: skip
    error = fault(lambda: student.f())
    assert error.kind == "breach"
    assert str(error).startswith("`f` answered with something that is no answer: ")
    assert student.g() == "well"


def test_a_forged_answer_for_this_call_is_only_an_answer_and_the_real_one_a_breach(
    walled: Walled,
) -> None:
    """A process may answer what it likes: what counts is whether the answer is right."""
    student = walled("""
        import gc, json, os, struct
        from inside.peer import Peer
        def f():
            worker = next(o for o in gc.get_objects() if type(o).__name__ == "Worker")
            value = {"D": [["value", 16], ["graph", None]]}
            for number in range(1, 20):
                text = json.dumps({"re": number, "value": value}).encode()
                os.write(3, struct.pack(">IQ", len(text), 0) + text)
            return 0
        def g():
            return 5
    """)
    assert fault(lambda: student.f()).kind == "breach"
    assert student.g() == 5


def test_a_closed_wire_is_a_breach_where_the_process_lives_on(
    walled: Walled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.student.GRACE_SECONDS", 0.2)
    student = walled("import os, time\ndef f():\n    os.close(3)\n    time.sleep(60)")
    assert fault(lambda: student.f()).kind == "breach"


@pytest.mark.parametrize(
    "value",
    [
        "torch.zeros(1 << 26)",
        "torch.zeros(1).expand(1 << 30)",
        "'x' * (1 << 21)",
        "list(range(1 << 20))",
        "deep()",
        "torch.eye(2).to_sparse()",
        "torch.empty(3, device='meta')",
        "numpy.array([object()])",
        "{(1, 2): 3}",
        "10 ** 5000",
    ],
)
def test_what_is_too_large_too_deep_or_too_odd_to_send_is_told(walled: Walled, value: str) -> None:
    student = walled(f"""
        import numpy, torch
        def deep():
            x = []
            for _ in range(100):
                x = [x]
            return x
        def f():
            return {value}
        def g():
            return "well"
    """)
    error = fault(lambda: student.f())
    assert error.kind == "unsendable"
    assert re.search("sent|send|deeply", str(error))
    assert student.g() == "well"


def test_objects_that_lie_about_themselves_are_handles_or_plain_numbers(walled: Walled) -> None:
    student = walled("""
        import torch
        class Equal:
            __class__ = torch.Tensor
            def __eq__(self, other): return True
            def __float__(self): return 1.0
        class Score(float):
            def __eq__(self, other): return True
            def __sub__(self, other): return 0.0
        class Tensor(torch.Tensor):
            @classmethod
            def __torch_function__(cls, function, types, args=(), kwargs=None): return 16
        def equal(): return Equal()
        def number(): return Score(3)
        def plain(): return torch.ones(2).as_subclass(Tensor)
    """)
    assert type(student.number()) is float and student.number() != 4
    for name in ("equal", "plain"):
        try:
            value = getattr(student, name)()
        except StudentError:
            continue
        assert type(value) in (Handle, torch.Tensor)


def test_errors_that_cannot_be_told_are_still_the_students(walled: Walled) -> None:
    student = walled("""
        class Mute(Exception):
            def __str__(self): raise ValueError
        class Loud(Exception):
            def __str__(self): return "\\x1b[31m" + "`<b>" * 5000
        def mute(): raise Mute
        def loud(): raise Loud
    """)
    assert fault(lambda: student.mute()).type == "Mute"
    told = str(fault(lambda: student.loud()))
    assert "\x1b" not in told and len(told) < 3000


def test_the_name_of_a_class_cannot_carry_control_characters_into_a_message(
    walled: Walled,
) -> None:
    student = walled("""
        class Model:
            def f(self): raise NotImplementedError
            def g(self):
                import os
                os._exit(0)
        Model.__name__ = "M\\x1b[31m`\\u202e"
    """)
    model = student.build("Model")
    for action in (lambda: model.f(), lambda: model.g()):
        assert not set("\x1b\u202e") & set(str(fault(action)))


# --- in backward, in call-backs, between calls ------------------------------------------------

IN_BACKWARD = """
    import os, time, torch
    class At(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()
        @staticmethod
        def backward(ctx, gradient):
            {body}
    def f(x):
        return At.apply(x)
    def in_place(x):
        y = x.exp()
        z = y * 2
        y.mul_(2)
        return z
"""


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("raise ValueError('no')", "raised", "Your code raised ValueError: no"),
        ("os._exit(4)", "died", "`f` ended the process (with exit status 4)."),
        ("time.sleep(99)", "limit", "`f` did not finish within 0.5 seconds."),
        ("os.write(3, bytes(99))", "breach", "`f` answered with something that is no answer"),
    ],
)
def test_what_happens_in_backward_is_the_students_fault_too(
    walled: Walled, body: str, kind: str, words: str
) -> None:
    student = walled(IN_BACKWARD.format(body=body))
    x = torch.ones(2, requires_grad=True)
    z = student.f(x).sum()
    with student.within(0.5):
        error = fault(z.backward)
    assert error.kind == kind and str(error).startswith(words)
    assert student.in_place(x).shape == (2,)


def test_a_change_in_place_that_breaks_the_gradient_is_told(walled: Walled) -> None:
    student = walled(IN_BACKWARD.format(body="pass"))
    z = student.in_place(torch.ones(2, requires_grad=True)).sum()
    assert "modified by an inplace operation" in str(fault(z.backward))


def test_gradients_asked_of_a_process_that_is_gone_are_a_fault_and_no_crash(
    walled: Walled,
) -> None:
    student = walled(MODEL)
    z = student.scale(torch.ones(1, requires_grad=True))
    student.restart()
    assert fault(lambda: z.backward()).kind == "died"
    assert student.scale(torch.ones(1)).item() == 2


def test_backward_has_its_own_time(walled: Walled) -> None:
    student = walled("import time\ndef f(x):\n    time.sleep(0.7)\n    return x * 2")
    x = torch.ones(1, requires_grad=True)
    with student.within(1):
        z = student.f(x)
        torch.ones(1).add_(1)
    with student.within(5):
        z.backward()
    assert x.grad.item() == 2


def test_a_stand_in_that_raises_reaches_the_students_code(walled: Walled) -> None:
    student = walled("""
        def scale(x): return x
        def careful(x):
            try:
                return scale(x)
            except Exception as error:
                return str(error)
        def careless(x): return scale(x)
    """)
    student._begin(0, ["scale"], ())
    student.carry("scale", lambda x: x["wrong"])
    assert "string indices" in student.careful("text")
    error = fault(lambda: student.careless("text"))
    assert error.kind == "raised" and "string indices" in str(error) and error.line


def test_a_process_that_dies_within_a_call_back_is_told_once(walled: Walled) -> None:
    student = walled("""
        import os
        def inner(x): os._exit(5)
        def middle(x): return x
        def outer(x): return middle(x)
    """)
    student._begin(0, ["middle"], ())
    student.carry("middle", lambda x: student.inner(x))
    error = fault(lambda: student.outer(1))
    assert error.kind == "died" and "exit status 5" in str(error)
    assert student.outer(1) == 1


def test_calls_within_calls_without_an_end_are_stopped(walled: Walled) -> None:
    student = walled("def f(x):\n    return g(x + 1)\ndef g(x):\n    return x")
    depth = []
    student._begin(0, ["g"], ())

    def back(x: torch.Tensor) -> Any:
        depth.append(x)
        return student.f(x)

    student.carry("g", back)
    error = fault(lambda: student.f(torch.zeros(1, requires_grad=True)))
    assert error.kind == "raised" and "without an end" in str(error)
    assert len(depth) == MAX_NESTED


def test_what_the_process_may_ask_of_the_grader_is_to_call_stand_ins(walled: Walled) -> None:
    student = walled("""
        import gc
        def ask(operation, target):
            worker = next(o for o in gc.get_objects() if type(o).__name__ == "Worker")
            try:
                return worker.peer.request(operation, target, (), {}, False)
            except Exception as error:
                return "refused"
    """)
    for target in (["0:nothing"], [], None, "x", ["__class__"], [["x"]], {"a": 1}):
        assert student.ask("call", target) == "refused"
    for operation in ("load", "read", "_serve", "eval", "set"):
        assert fault(lambda operation=operation: student.ask(operation, [])).kind == "breach"


@pytest.mark.parametrize("operation", ["build", "parameters", "gradients", "call", "notes"])
@pytest.mark.parametrize("answer", ["5", "[1, 2]", "{'a': 1}", "None", "torch.ones(2)"])
def test_a_worker_that_was_tampered_with_is_no_fault_of_the_grader(
    walled: Walled, operation: str, answer: str
) -> None:
    student = walled(
        MODEL
        + f"""
    import gc
    for worker in gc.get_objects():
        if type(worker).__name__ == "Worker":
            worker.peer.operations["{operation}"] = lambda *args, **kwargs: {answer}
    """
    )
    try:
        model = student.build("Model")
        model.parameters(), model.gradients()
        model(torch.ones(1, 3))
    except StudentError:
        pass
    assert all(isinstance(note, str) for note in student._all_notes())


def test_a_process_that_dies_when_asked_for_notes_has_none(walled: Walled) -> None:
    student = walled("""
        import gc, os
        for worker in gc.get_objects():
            if type(worker).__name__ == "Worker":
                worker.peer.operations["notes"] = lambda: os._exit(0)
        def f(): return 1
    """)
    assert student.f() == 1
    assert student._all_notes() == []


def test_a_submission_that_cannot_be_read_is_told_at_every_question(warm: WarmProcess) -> None:
    student = Student(warm, Submission("ada", "fc_vae", "", problem="It is empty."), Limits())
    for _ in range(2):
        assert kind_and_words(fault(lambda: student.f())) == ("unreadable", "It is empty.")


# --- devices ----------------------------------------------------------------------------------

ON_CPU = [
    "torch.zeros(2).cuda()",
    "torch.zeros(2).cuda(0, non_blocking=True)",
    "torch.zeros(2).to('cuda')",
    "torch.zeros(2).to('cuda:1', torch.float64)",
    "torch.zeros(2).to(device='cuda')",
    "torch.zeros(2).to(torch.device('cuda'))",
    "torch.zeros(2).to(torch.ones(1).cuda())",
    "torch.zeros(2, device='cuda')",
    "torch.zeros(2, device=torch.device('cuda', 0))",
    "torch.zeros(2, device=torch.device(type='cuda', index=0))",
    "torch.zeros_like(torch.eye(2), device='cuda')",
    "torch.as_tensor([0.0], device='cuda')",
    "torch.zeros(2).new_zeros(2, device='cuda')",
    "torch.zeros(2, device='mps')",
    "torch.zeros(2).pin_memory().cuda()",
    "torch.cuda.FloatTensor(2).fill_(0)",
    "torch.zeros(2).type(torch.cuda.FloatTensor)",
    "torch.zeros(2).type('torch.cuda.DoubleTensor')",
    "torch.zeros(2).type(dtype='torch.cuda.DoubleTensor')",
    "torch.randn(2, generator=torch.Generator('cuda').manual_seed(1))",
    "torch.randn(2, generator=torch.Generator(device='cuda'), device='cuda')",
    "nn.Linear(2, 2).cuda()(torch.zeros(1, 2).cuda())",
    "nn.Linear(2, 2).to('cuda')(torch.zeros(1, 2, device='cuda'))",
    "nn.Linear(2, 2, device='cuda').weight",
    "(torch.set_default_device('cuda'), torch.zeros(2))[1]",
    "(torch.set_default_device(torch.device('cuda:0')), nn.Linear(2, 2).weight)[1]",
    "inside(torch.device('cuda'))",
]


@pytest.mark.parametrize("code", ON_CPU)
def test_another_device_means_the_cpu_with_one_note(walled: Walled, code: str) -> None:
    student = walled(f"""
        import torch
        from torch import nn
        def inside(device):
            with device:
                return torch.zeros(2)
        def f():
            result = {code}
            assert result.device.type == "cpu"
            return result
    """)
    assert isinstance(student.f(), torch.Tensor)
    assert isinstance(student.f(), torch.Tensor)
    (note,) = student._all_notes()
    assert note.startswith("Your code names another device (")
    assert note.endswith("); here it ran on the CPU, and no point was lost.")


def test_a_checkpoint_is_loaded_to_the_cpu_wherever_it_is_mapped(walled: Walled) -> None:
    student = walled("""
        import io, torch
        def f(where):
            file = io.BytesIO()
            torch.save({"w": torch.ones(2)}, file)
            file.seek(0)
            return torch.load(file, map_location=where)["w"]
        def mapped():
            return f(torch.device("cuda"))
    """)
    assert student.f("cuda").tolist() == student.f("cuda:1").tolist() == [1, 1]
    assert student.mapped().tolist() == [1, 1]


def test_code_that_asks_first_whether_there_is_a_gpu_gets_no_note(walled: Walled) -> None:
    student = walled("""
        import torch
        device = "cuda" if torch.cuda.is_available() else "cpu"
        def f():
            return torch.zeros(2, device=device).to(device)
    """)
    assert student.f().tolist() == [0, 0]
    assert student._all_notes() == []


@pytest.mark.parametrize(
    ("line", "watched"),
    [
        ("", 0),
        ("# to the gpu: cuda", 1),
        ('device = "cuda" if torch.cuda.is_available() else "cpu"', 0),
        ("device = torch.device('cuda:0' if torch.cuda.is_available()\n    else 'cpu')", 0),
        (
            'device = ("mps" if torch.backends.mps.is_available() else '
            '"cuda" if torch.cuda.is_available() else "cpu")',
            0,
        ),
        ('device = "cuda" if torch.cuda.is_available() else "cuda:1"', 1),
        ('device = "cuda" if True or torch.cuda.is_available() else "cpu"', 1),
        ('device = "cuda" if not torch.cuda.is_available() else "cpu"', 1),
        ('device = "cpu" if torch.cuda.is_available() else "cuda"', 1),
        ("use_cuda = torch.cuda.is_available()", 1),
    ],
)
def test_only_code_that_may_come_to_name_another_device_is_watched(
    walled: Walled, line: str, watched: int
) -> None:
    student = walled(f"import torch\n{line}\ndef f():\n    "
                     "return torch._C._len_torch_function_stack()")  # fmt: skip
    assert student.f() == watched


def test_the_environment_is_the_one_for_grading(walled: Walled) -> None:
    student = walled("import os, torch\ndef f():\n    return torch.get_num_threads(), os.getcwd()")
    assert student.f() == (1, "/scratch/submission")
