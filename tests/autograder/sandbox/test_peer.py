"""Calls in both directions, with gradients; and whatever answers come, the asker stays whole."""

from __future__ import annotations

import json
import math
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.sandbox.inside.peer import Peer, Remote, RemoteFault
from autograder.sandbox.inside.wire import (
    LENGTHS,
    Closed,
    Connection,
    NotPlain,
    WireError,
)


class Pair:
    """Two peers, the one here and the one at the other end, each with functions by name."""

    def __init__(self) -> None:
        sockets = socket.socketpair()
        self.here: dict[str, Callable[..., Any]] = {}
        self.there: dict[str, Callable[..., Any]] = {}
        self.near = peer(sockets[0], self.here)
        self.far = peer(sockets[1], self.there)
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self) -> None:
        try:
            while True:
                self.far.serve_one()
        except WireError:
            self.far.connection.stream.shutdown(socket.SHUT_RDWR)

    def call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        return self.near.call([name], args, kwargs)

    def call_back(self, name: str, *args: Any) -> Any:
        return self.far.call([name], args, {})

    def close(self) -> None:
        self.near.connection.close()
        self.thread.join()
        self.far.connection.close()


def peer(stream: socket.socket, functions: dict[str, Callable[..., Any]]) -> Peer:
    def call(target: Any, args: Any, kwargs: Any, grad: bool) -> Any:
        return made.run(functions[target[0]], args, kwargs, grad)

    def explain(error: BaseException) -> dict[str, Any]:
        return {"kind": "raised", "type": type(error).__name__, "message": str(error)}

    made = Peer(Connection(stream), {"call": call}, explain)
    return made


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = Pair()
    yield made
    made.close()


def leaf(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float32, requires_grad=True)


# --- calls and gradients ----------------------------------------------------------------------


def test_a_call_gives_what_the_function_gives(pair: Pair) -> None:
    pair.there["f"] = lambda a, b=0: {"sum": a + b, "both": (a, [b])}
    assert pair.call("f", 1, b=2) == {"sum": 3, "both": (1, [2])}


def test_gradients_flow_through_a_call_as_if_it_were_made_here(pair: Pair) -> None:
    def f(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        return (a * b).exp() + a

    pair.there["f"] = f
    a, b, c, d = leaf(1, 2), leaf(0.5, -1), leaf(1, 2), leaf(0.5, -1)
    pair.call("f", a * 2, b).square().sum().backward()
    f(c * 2, d).square().sum().backward()
    assert torch.equal(a.grad, c.grad) and torch.equal(b.grad, d.grad)


def test_gradients_flow_to_tensors_within_lists_and_dicts_and_from_each_result(pair: Pair) -> None:
    pair.there["f"] = lambda parts, scale: {"a": parts[0] * scale["by"], "b": (parts[1] + 1,)}
    x, y, s = leaf(1, 2), leaf(3), leaf(4)
    result = pair.call("f", [x, y], scale={"by": s})
    (result["a"].sum() + 2 * result["b"][0].sum()).backward()
    assert (x.grad.tolist(), y.grad.tolist(), s.grad.tolist()) == ([4, 4], [2], [3])


def test_an_unused_argument_has_no_gradient_and_neither_has_one_that_asks_for_none(
    pair: Pair,
) -> None:
    pair.there["f"] = lambda a, b, c: a * c
    a, b, c = leaf(1), leaf(1), torch.ones(1)
    pair.call("f", a, b, c).sum().backward()
    assert a.grad is not None and b.grad is None and c.grad is None


def test_a_result_that_depends_on_nothing_wants_no_gradient(pair: Pair) -> None:
    pair.there["f"] = lambda a: (a.detach() * 2, a * 2, a > 0, 7)
    fixed, free, truth, number = pair.call("f", leaf(1))
    assert (fixed.requires_grad, free.requires_grad, truth.requires_grad) == (False, True, False)
    assert number == 7


def test_without_gradients_no_graph_is_kept(pair: Pair) -> None:
    pair.there["f"] = lambda a: a * 2
    with torch.no_grad():
        assert not pair.call("f", leaf(1)).requires_grad
    assert pair.far.graphs == {}


def test_a_graph_can_be_used_once_and_once_more_where_it_is_retained(pair: Pair) -> None:
    pair.there["f"] = lambda a: a.exp()
    a = leaf(1)
    z = pair.call("f", a).sum()
    z.backward(retain_graph=True)
    z.backward()
    assert a.grad.item() == pytest.approx(2 * math.e)
    assert pair.far.graphs == {}
    with pytest.raises(RemoteFault, match="used up"):
        z.backward()


def test_a_graph_is_retained_through_call_backs(pair: Pair) -> None:
    pair.here["double"] = lambda x: x.exp()
    pair.there["f"] = lambda a: pair.call_back("double", a) * a
    a = leaf(1)
    z = pair.call("f", a).sum()
    z.backward(retain_graph=True)
    z.backward()
    assert a.grad.item() == pytest.approx(4 * math.e)


def test_the_functions_own_change_of_its_arguments_does_not_lose_their_gradients(
    pair: Pair,
) -> None:
    def f(parts: list[torch.Tensor]) -> torch.Tensor:
        return parts.pop() * parts.pop()

    pair.there["f"] = f
    a, b = leaf(2), leaf(3)
    pair.call("f", [a, b]).sum().backward()
    assert (a.grad.item(), b.grad.item()) == (3, 2)


def test_gradients_flow_through_a_call_back_within_a_call(pair: Pair) -> None:
    pair.here["double"] = lambda x: x * 2
    pair.there["f"] = lambda x: pair.call_back("double", x.square()) + x
    x = leaf(3)
    pair.call("f", x).sum().backward()
    assert x.grad.item() == 13


def test_call_backs_nest_and_so_do_their_gradients(pair: Pair) -> None:
    """here -> there -> here -> there, and all the way back."""
    pair.there["outer"] = lambda x: pair.call_back("middle", x * 2)
    pair.here["middle"] = lambda x: pair.call("inner", x * 3)
    pair.there["inner"] = lambda x: x * 5
    x = leaf(1)
    pair.call("outer", x).sum().backward()
    assert x.grad.item() == 30


def test_a_module_is_trained_there_through_a_call_back(pair: Pair) -> None:
    weight = leaf(2)
    pair.here["scale"] = lambda w, x: w * x

    def step(x: torch.Tensor) -> float:
        loss = pair.call_back("scale", weight, x).sum()
        loss.backward()
        return loss.item()

    pair.there["step"] = step
    assert pair.call("step", torch.ones(3)) == 6
    assert weight.grad.item() == 3


def test_what_the_function_raises_comes_as_a_fault(pair: Pair) -> None:
    pair.there["f"] = lambda: 1 / 0
    with pytest.raises(RemoteFault, match="division by zero") as caught:
        pair.call("f")
    assert caught.value.report["type"] == "ZeroDivisionError"


def test_what_a_stand_in_raises_reaches_the_code_that_called_it(pair: Pair) -> None:
    def careful() -> str:
        try:
            return pair.call_back("broken")
        except Exception as error:
            return f"it said: {error}"

    pair.here["broken"] = lambda: [][1]
    pair.there["careful"] = careful
    pair.there["careless"] = lambda: pair.call_back("broken")
    assert pair.call("careful") == "it said: list index out of range"
    with pytest.raises(RemoteFault, match="list index out of range"):
        pair.call("careless")
    assert pair.call("careful") == "it said: list index out of range"  # both ends live on


def test_what_raises_in_backward_comes_as_a_fault_through_what_was_given_to_attempt_it(
    pair: Pair,
) -> None:
    def f(x: torch.Tensor) -> torch.Tensor:
        y = x.exp()
        z = y * 2
        y.mul_(2)  # which exp needs as it was
        return z

    class Excuse(Exception):
        pass

    def attempt(ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except RemoteFault as error:
            raise Excuse(str(error)) from error

    pair.there["f"] = f
    z = pair.near.call(["f"], (leaf(1),), {}, attempt)
    with pytest.raises(Excuse, match="inplace operation"):
        z.sum().backward()


def test_an_object_stays_where_it_is_and_comes_back_as_itself(pair: Pair) -> None:
    thing = object()
    pair.there["make"] = lambda: thing
    pair.there["same"] = lambda other: other is thing
    handle = pair.call("make")
    assert isinstance(handle, Remote) and handle._kind == "object"
    assert pair.call("same", handle) is True


def test_after_a_reset_a_kept_object_is_not_known(pair: Pair) -> None:
    pair.there["make"] = object
    handle = pair.call("make")
    pair.far.reset()
    with pytest.raises(WireError):
        pair.call("print", handle)


def test_what_cannot_be_sent_is_a_fault_of_the_one_who_answers(pair: Pair) -> None:
    pair.there["f"] = lambda: torch.eye(2).to_sparse()
    with pytest.raises(RemoteFault, match="can't be sent"):
        pair.call("f")
    with pytest.raises(NotPlain):
        pair.call("f", torch.eye(2).to_sparse())


def test_a_long_explanation_is_cut_and_not_lost(pair: Pair) -> None:
    def f() -> None:
        raise ValueError("x" * (1 << 21))

    pair.there["f"] = f
    with pytest.raises(RemoteFault) as caught:
        pair.call("f")
    assert caught.value.report["message"] == "x" * 2000


# --- hostile answers --------------------------------------------------------------------------


def frame(header: Any, body: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return LENGTHS.pack(len(text), len(body)) + text + body


def plain(value: Any) -> Any:
    """As the wire writes a dict with text for keys."""
    return {"D": [[key, part] for key, part in value.items()]}


def answer(value: Any, number: int = 1) -> dict[str, Any]:
    return {"re": number, "value": value}


def question(operation: Any, args: Any = None, number: Any = 7, **kwargs: Any) -> dict[str, Any]:
    asked = plain({"args": {"U": args or []}, "kwargs": plain(kwargs)})
    return {"do": operation, "number": number, "value": asked}


TENSOR = {"T": ["float32", [2], 0, True]}
RESULT = answer(plain({"value": TENSOR, "graph": 5}))
BODY = bytes(8)


def ask(frames: list[tuple[Any, bytes]], backward: bool = False, grad: bool = True) -> Any:
    """Call a function whose other end has already sent these frames, and then hung up."""
    left, right = socket.socketpair()
    with left, right:
        for header, body in frames:
            right.sendall(frame(header, body))
        right.shutdown(socket.SHUT_WR)
        near = peer(left, {"f": lambda x: x * 2})
        with torch.set_grad_enabled(grad):
            value = near.call(["f"], (leaf(1, 2), torch.ones(2)), {})
        if backward:
            value.sum().backward()
        return value


def test_an_honest_answer_is_taken() -> None:
    gradients = [{"T": ["float32", [2], 0, False]}, None]
    assert ask([(RESULT, BODY)]).tolist() == [0, 0]
    assert ask([(RESULT, BODY), (answer(gradients, 2), BODY)], backward=True).tolist() == [0, 0]


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"value": 1},
        {"re": 1, "value": 1},
        {"re": 1},
        {"re": 2, "value": plain({"value": 1, "graph": 1})},
        {"re": 0, "value": plain({"value": 1, "graph": 1})},
        {"re": True, "value": plain({"value": 1, "graph": 1})},
        {"re": 1.0, "value": plain({"value": 1, "graph": 1})},
        {"re": "1", "value": plain({"value": 1, "graph": 1})},
        {"re": [1], "value": plain({"value": 1, "graph": 1})},
        {"re": 1, "value": plain({"value": 1})},
        {"re": 1, "value": plain({"value": 1, "graph": 1, "points": 16})},
        {"re": 1, "value": ["value", "graph"]},
        {"re": 1, "fault": None},
        {"re": 1, "fault": []},
        {"re": 1, "fault": "text"},
        {"re": 1, "value": plain({"value": {"H": ["yours", 1, "x"]}, "graph": 1})},
        {"re": 1, "value": plain({"value": {"H": ["mine", "1", "x"]}, "graph": 1})},
        {"re": 1, "value": plain({"value": {"H": ["mine", 1, None]}, "graph": 1})},
        {"re": 1, "value": plain({"value": {"H": ["theirs", 1, "x"]}, "graph": 1})},
        {"re": 1, "value": plain({"value": {"H": []}, "graph": 1})},
        {"do": "call"},
        {"do": None, "number": 1},
        {"do": ["call"], "number": 1},
        {"do": "import", "number": 1, "value": None},
        {"do": "__init__", "number": 1, "value": None},
        question("call", number="1"),
        question("call", number=True),
        question("call", number=None),
        {"do": "call", "number": 1, "value": [1]},
        {"do": "call", "number": 1, "value": plain({"args": [], "kwargs": plain({})})},
        {"do": "call", "number": 1, "value": plain({"args": {"U": []}, "kwargs": []})},
        {"do": "call", "number": 1, "value": plain({"args": {"U": []}})},
    ],
    ids=lambda header: str(header)[:60],
)
@pytest.mark.parametrize("grad", [True, False])
def test_an_answer_out_of_place_is_a_breach(header: Any, grad: bool) -> None:
    with pytest.raises(WireError) as caught:
        ask([(header, b"")], grad=grad)
    assert type(caught.value) is WireError


def test_an_answer_that_comes_twice_is_a_breach_at_the_next_question() -> None:
    with pytest.raises(WireError, match="another question"):
        ask([(RESULT, BODY), (RESULT, BODY)], backward=True)


def test_an_answer_that_comes_before_its_question_is_a_breach() -> None:
    left, right = socket.socketpair()
    with left, right:
        right.sendall(frame(answer(1)))
        with pytest.raises(WireError, match="without a question"):
            peer(left, {}).serve_one()


@pytest.mark.parametrize(
    "gradients",
    [
        None,
        5,
        [],
        [None],
        [None, None, None],
        {"U": [None, None]},
        ["x", None],
        [1.0, None],
        [{"A": ["float32", [2], 0]}, None],
        [{"T": ["float32", [1], 0, False]}, None],
        [{"T": ["float32", [1, 2], 0, False]}, None],
        [{"T": ["int32", [2], 0, False]}, None],
        [{"T": ["float64", [1], 0, False]}, None],
        [{"T": ["complex64", [1], 0, False]}, None],
        [None, {"T": ["float32", [1], 0, False]}],
        [{"H": ["mine", 3, "Tensor"]}, None],
    ],
    ids=str,
)
def test_gradients_that_do_not_fit_are_a_breach(gradients: Any) -> None:
    with pytest.raises(WireError) as caught:
        ask([(RESULT, BODY), (answer(gradients, 2), BODY)], backward=True)
    assert type(caught.value) is WireError


@pytest.mark.parametrize(
    "asked",
    [
        question("call"),
        question("call", [1, 2, 3]),
        question("call", [["f"], {"U": []}, {"D": []}, True]),
        question("call", [["f"], {"U": ["text"]}, {"D": []}, True]),
        question("call", [["g"], {"U": []}, {"D": []}, True]),
        question("call", [[["f"]], {"U": []}, {"D": []}, True]),
        question("call", [[], {"U": []}, {"D": []}, True]),
        question("call", [["f"], 5, {"D": []}, True]),
        question("call", [["f"], {"U": []}, {"D": [[1, 2]]}, True]),
        question("backward"),
        question("backward", [1, []]),
        question("backward", [[1], []]),
        question("backward", [{"D": []}, []]),
        question("backward", [1, [None], True, True]),
        question("backward", [1, [None]], extra=1),
    ],
    ids=lambda asked: str(asked["value"])[:70],
)
def test_a_question_that_makes_no_sense_is_answered_with_a_fault_and_the_call_goes_on(
    asked: Any,
) -> None:
    assert ask([(asked, b""), (RESULT, BODY)]).tolist() == [0, 0]


def test_gradients_for_a_stand_in_that_do_not_fit_are_answered_with_a_fault() -> None:
    called = question("call", [["f"], {"U": [TENSOR]}, {"D": []}, True])
    for wrong in (
        [],
        [1],
        ["x"],
        [TENSOR, TENSOR],
        [{"T": ["float32", [1], 0, False]}],
        [{"T": ["complex64", [1], 0, False]}],
        [{"T": ["int64", [1], 0, False]}],
        None,
    ):
        backward = question("backward", [1, wrong])
        frames = [(called, BODY), (backward, BODY * 2), (RESULT, BODY)]
        assert ask(frames).tolist() == [0, 0]


def test_a_fault_is_text_of_bounded_length_whatever_was_sent() -> None:
    fault = {"kind": ["x"], "message": "m" * 9999, "line": -5, "file": None, "score": 16}
    with pytest.raises(RemoteFault) as caught:
        ask([({"re": 1, "fault": fault}, b"")])
    report = caught.value.report
    assert report["message"] == "m" * 2000
    assert set(report) == {"kind", "type", "message", "file", "source", "function", "line"}
    assert (report["kind"], report["file"], report["line"]) == ("", "", 0)


def test_objects_without_end_are_a_breach() -> None:
    near = Peer(Connection(socket.socket()), {}, lambda error: {})
    with pytest.raises(WireError, match="too many"):
        for _ in range(20_000):
            near.keep(object())


# --- anything at all --------------------------------------------------------------------------

small = st.sampled_from([0, 1, 2, 5, 7, True, -1, 10**20, 1.5])
scraps = st.none() | small | st.sampled_from(["f", "call", "backward", "value", "", "\ud800"])
leaves = scraps | st.sampled_from(
    [
        TENSOR,
        {"T": ["bool", [2], 0, False]},
        {"T": ["int64", [1], 0, False]},
        {"H": ["mine", 1, "x"]},
        {"H": ["yours", 1, "x"]},
        {"A": ["float64", [1], 0]},
        {"F": "nan"},
    ]
)
trees = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(lambda parts: {"U": parts})
        | st.dictionaries(st.sampled_from(["args", "kwargs", "value", "graph"]), inner).map(plain)
    ),
    max_leaves=8,
)
headers = (
    st.builds(question, st.sampled_from(["call", "backward"]), st.lists(trees, max_size=4), small)
    | st.builds(
        lambda x, grad: question("call", [["f"], {"U": [x]}, {"D": []}, grad]), trees, st.booleans()
    )
    | st.builds(lambda graph, grads: question("backward", [graph, grads]), small, trees)
    | st.builds(answer, trees, small)
    | st.builds(lambda value: answer(plain({"value": value, "graph": 5})), trees)
    | st.builds(lambda grads: answer([grads, None], 2), trees)
    | st.dictionaries(st.sampled_from(["do", "re", "number", "value", "fault"]), trees | leaves)
)
bodies = st.sampled_from([b"", BODY, bytes(64)])


@given(st.lists(st.tuples(headers, bodies), max_size=5), st.booleans())
@example([(RESULT, BODY), (answer(["x", None], 2), b"")], True)
@example([(RESULT, BODY), (answer([TENSOR], 2), BODY)], True)
@example([(answer(5), b"")], False)
def test_whatever_frames_come_the_asker_gets_a_value_a_fault_or_a_breach(
    frames: list[tuple[Any, bytes]], grad: bool
) -> None:
    try:
        value = ask(frames, grad=grad)
        if isinstance(value, torch.Tensor) and value.requires_grad:
            ask(frames, backward=True)
    except (WireError, RemoteFault):
        pass


def test_one_who_hangs_up_in_a_call_is_closed() -> None:
    with pytest.raises(Closed):
        ask([])
    with pytest.raises(Closed):
        ask([(RESULT, BODY)], backward=True)
