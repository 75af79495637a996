"""The wire carries plain data faithfully, and whatever comes over it, the reader stays whole."""

from __future__ import annotations

import json
import math
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

from autograder.sandbox.inside.wire import (
    ALIGNMENT,
    LENGTHS,
    MAX_BODY,
    MAX_DEPTH,
    MAX_HEADER,
    MAX_JOINED,
    MAX_TRAFFIC,
    NUMPY_DTYPES,
    TORCH_DTYPES,
    Closed,
    Connection,
    Decoder,
    Encoder,
    Late,
    NotPlain,
    WireError,
)


def encoded(value: Any) -> tuple[str, bytearray]:
    """The JSON text and the body that a value is sent as."""
    encoder = Encoder(lambda _: None)
    tree = encoder.encode(value)
    return json.dumps(tree, allow_nan=False), bytearray(b"".join(encoder.buffers))


def there_and_back(value: Any) -> Any:
    text, body = encoded(value)
    return Decoder(body, refuse).decode(json.loads(text))


def refuse(name: list[Any]) -> Any:
    raise WireError("no objects here")


def decoded(tree: Any, body: bytes = b"") -> Any:
    return Decoder(bytearray(body), refuse).decode(tree)


def same(a: Any, b: Any) -> bool:
    """Equal, of the same type, bit by bit; NaN is the same as NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, torch.Tensor):
        form = (a.dtype, a.shape, a.requires_grad) == (b.dtype, b.shape, b.requires_grad)
        return form and torch.equal(bits(a), bits(b))
    if isinstance(a, np.ndarray):
        return (a.dtype, a.shape) == (b.dtype, b.shape) and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return same(list(a.items()), list(b.items()))
    return bool(a == b) or (a != a and b != b)


def bits(tensor: torch.Tensor) -> torch.Tensor:
    return tensor.detach().clone(memory_format=torch.contiguous_format).view(-1).view(torch.uint8)


# --- plain data -------------------------------------------------------------------------------

shapes = st.lists(st.integers(0, 3), max_size=4)
texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = st.none() | st.booleans() | st.integers(1 - 2**63, 2**63 - 1) | st.floats() | texts


@st.composite
def tensors(draw: st.DrawFn) -> torch.Tensor:
    dtype = draw(st.sampled_from(list(TORCH_DTYPES.values())))
    tensor = (torch.randn(draw(shapes), dtype=torch.float64) * 3).to(dtype)
    if tensor.dim() > 1 and draw(st.booleans()):
        tensor = tensor.transpose(0, -1)
    if draw(st.booleans()):
        tensor = tensor.sum().to(dtype).expand(draw(shapes))
    if (dtype.is_floating_point or dtype.is_complex) and draw(st.booleans()):
        tensor.requires_grad_()
    return tensor


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray:
    dtype = draw(st.sampled_from(list(NUMPY_DTYPES.values())))
    array = np.random.default_rng(0).normal(size=draw(shapes), scale=3)
    with np.errstate(invalid="ignore"):
        array = np.asarray(array).astype(dtype)
    return array.T if draw(st.booleans()) else array


leaves = keys | st.integers() | tensors() | arrays()
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
def test_what_is_plain_arrives_as_it_was(value: Any) -> None:
    assert same(there_and_back(value), value)


@pytest.mark.parametrize("dtype", TORCH_DTYPES.values(), ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)], ids=str)
def test_a_tensor_of_every_dtype_and_shape_arrives_as_it_was(
    dtype: torch.dtype, shape: tuple[int, ...]
) -> None:
    tensor = (torch.randn(shape) * 5).to(dtype)
    assert same(there_and_back(tensor), tensor)


@pytest.mark.parametrize("name", NUMPY_DTYPES)
def test_an_array_of_every_dtype_arrives_as_it_was(name: str) -> None:
    array = np.arange(6).reshape(2, 3).astype(name)
    assert same(there_and_back(array), array)
    assert same(there_and_back(array[:, ::-2]), array[:, ::-2])
    swapped = array.astype(array.dtype.newbyteorder(">"))
    assert np.array_equal(there_and_back(swapped), array)


def test_a_numpy_number_arrives_as_an_array_without_dimensions() -> None:
    assert same(there_and_back(np.float32(1.5)), np.array(1.5, np.float32))


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(12.0).reshape(3, 4).T,
        torch.arange(12.0)[::3],
        torch.ones(1).expand(3, 2),
        torch.ones(()).expand(1),
        torch.randn(2, dtype=torch.complex64).conj(),
        torch.randn(2, dtype=torch.complex64).conj().imag,
        torch.tensor([math.nan, math.inf, -math.inf, -0.0]),
    ],
    ids=[
        "transposed",
        "strided",
        "expanded",
        "expanded to one",
        "conjugated",
        "negated",
        "odd numbers",
    ],
)
def test_a_tensor_that_is_a_view_arrives_with_its_values(tensor: torch.Tensor) -> None:
    assert torch.equal(bits(there_and_back(tensor)), bits(tensor.resolve_conj().resolve_neg()))


def test_a_tensor_that_has_a_graph_arrives_as_a_leaf_that_wants_gradients() -> None:
    sent = torch.ones(2, requires_grad=True) * 2
    got = there_and_back(sent)
    assert got.is_leaf and got.requires_grad and torch.equal(got, sent)


def test_arrays_are_aligned_whatever_comes_before_them() -> None:
    sent = [torch.ones(1, dtype=torch.uint8), torch.ones(3, dtype=torch.complex128), np.int8(1)]
    assert same(there_and_back(sent)[:2], sent[:2])


@pytest.mark.parametrize("number", [1 << 63, -(1 << 63), 1 - (1 << 63), -(10**390), 10**390])
def test_large_whole_numbers_keep_every_digit(number: int) -> None:
    assert same(there_and_back(number), number)


def test_half_a_character_arrives_as_a_question_mark() -> None:
    assert there_and_back("a\ud800b") == "a?b"


def test_subclasses_of_plain_types_arrive_as_the_plain_type() -> None:
    class Score(float):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = float.__hash__

    assert same(there_and_back(Score(1.5)), 1.5)
    assert same(there_and_back([type("Name", (str,), {})("x")]), ["x"])


class Shady:
    pass


@pytest.mark.parametrize(
    "value",
    [
        Shady(),
        {1, 2},
        b"bytes",
        1j,
        lambda: 0,
        10**400,
        {(1, 2): 3},
        {1 << 63: 1},
        {torch.ones(()): 1},
        {np.float64(1): 1},
        torch.eye(2).to_sparse(),
        torch.empty(2, device="meta"),
        np.array([object()]),
        np.array(["text"]),
        np.datetime64("2026-01-01"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_is_refused_where_it_is_sent(value: Any) -> None:
    with pytest.raises(NotPlain):
        encoded([value])


def test_what_contains_itself_is_refused_where_it_is_sent() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(NotPlain, match="too deeply"):
        encoded(endless)


# --- frames -----------------------------------------------------------------------------------


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, Connection]]:
    """A raw end to write anything into, and the connection that reads it."""
    raw, stream = socket.socketpair()
    yield raw, Connection(stream)
    raw.close()
    stream.close()


def frame(header: Any, body: bytes = b"") -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return LENGTHS.pack(len(text), len(body)) + text + body


def test_a_frame_arrives_whole_when_its_bytes_come_one_by_one(
    ends: tuple[socket.socket, Connection],
) -> None:
    raw, connection = ends
    sent = frame({"re": 1, "value": [1, "ü"]}, bytes(range(20)))

    def trickle() -> None:
        for byte in sent:
            raw.send(bytes([byte]))

    thread = threading.Thread(target=trickle)
    thread.start()
    header, body = connection.receive()
    thread.join()
    assert header == {"re": 1, "value": [1, "ü"]} and body == bytes(range(20))


@pytest.mark.parametrize("size", [MAX_JOINED, MAX_JOINED + 1, 2 * MAX_JOINED])
def test_frames_arrive_whole_whether_they_go_out_at_once_or_in_parts(size: int) -> None:
    left, right = socket.socketpair()
    with left, right:
        value = [torch.rand(3), torch.randint(256, (size - ALIGNMENT,), dtype=torch.uint8)]
        encoder = Encoder(lambda _: None)
        header = {"value": encoder.encode(value)}
        arguments = (header, encoder.buffers, encoder.size)
        thread = threading.Thread(target=Connection(left).send, args=arguments)
        thread.start()
        got, body = Connection(right).receive()
        thread.join()
        assert same(Decoder(body, refuse).decode(got["value"]), value)


@pytest.mark.parametrize(
    "junk",
    [
        frame(b""),
        frame(b"{"),
        frame(b"[" * 50_000),
        frame(b'{"a":' * 10_000),
        frame(b"[]"),
        frame(b"null"),
        frame(b"1"),
        frame(b'{"value": NaN}'),
        frame(b'{"value": -Infinity}'),
        frame(b'{"value": ' + b"9" * 5000 + b"}"),
        frame(b'{"value": "\xff\xfe"}'),
        frame('{"value": 1}'.encode("utf-16")),
        frame(b'\xef\xbb\xbf{"value": 1}'),
        frame(b'{"value": 1}\0'),
        LENGTHS.pack(MAX_HEADER + 1, 0),
        LENGTHS.pack(2, MAX_BODY + 1),
        LENGTHS.pack(2**32 - 1, 2**64 - 1),
        b"GET / HTTP/1.1\r\n\r\n",
        bytes(12),
    ],
    ids=lambda junk: repr(junk[:30]),
)
def test_what_is_no_frame_is_a_breach(ends: tuple[socket.socket, Connection], junk: bytes) -> None:
    raw, connection = ends
    raw.sendall(junk)
    with pytest.raises(WireError) as caught:
        connection.receive()
    assert type(caught.value) is WireError  # neither late nor closed: it was read and refused


@pytest.mark.parametrize(
    "sent", [b"", b"\0" * 5, LENGTHS.pack(9, 0) + b"{}", frame({}, b"abc")[:-1]]
)
def test_an_end_before_the_frame_is_whole_is_closed(
    ends: tuple[socket.socket, Connection], sent: bytes
) -> None:
    raw, connection = ends
    raw.sendall(sent)
    raw.shutdown(socket.SHUT_WR)
    with pytest.raises(Closed):
        connection.receive()


def test_a_frame_that_stops_coming_is_late(ends: tuple[socket.socket, Connection]) -> None:
    raw, connection = ends
    raw.sendall(frame({"re": 1})[:-1])
    connection.deadline = time.monotonic() + 0.05
    with pytest.raises(Late):
        connection.receive()


def test_one_who_does_not_read_makes_the_writer_late(
    ends: tuple[socket.socket, Connection],
) -> None:
    _, connection = ends
    connection.deadline = time.monotonic() + 0.05
    data = memoryview(bytes(1 << 22))
    with pytest.raises(Late):
        connection.send({}, [data], len(data))


def test_one_who_is_gone_is_closed(ends: tuple[socket.socket, Connection]) -> None:
    raw, connection = ends
    raw.close()
    with pytest.raises(Closed):
        connection.send({"re": 1}, [], 0)
    connection.close()
    with pytest.raises(Closed):
        connection.receive()


def test_more_than_an_honest_answer_needs_is_refused(
    ends: tuple[socket.socket, Connection],
) -> None:
    raw, connection = ends
    connection.received = MAX_TRAFFIC - 5
    raw.sendall(frame({"re": 1}))
    with pytest.raises(WireError, match="more data"):
        connection.receive()


def test_what_is_too_large_to_send_is_refused_before_a_byte_is_sent(
    ends: tuple[socket.socket, Connection],
) -> None:
    raw, connection = ends
    with pytest.raises(NotPlain):
        connection.send({"value": "x" * MAX_HEADER}, [], 0)
    with pytest.raises(NotPlain):
        connection.send({}, [], MAX_BODY + 1)
    raw.setblocking(False)
    with pytest.raises(BlockingIOError):
        raw.recv(1)


def test_a_lying_length_costs_no_more_than_the_cap(
    ends: tuple[socket.socket, Connection],
) -> None:
    raw, connection = ends
    raw.sendall(LENGTHS.pack(MAX_HEADER, MAX_BODY) + b" " * 100)
    raw.shutdown(socket.SHUT_WR)
    tracemalloc.start()
    try:
        with pytest.raises(Closed):
            connection.receive()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * MAX_HEADER  # the body's room is not made before the header came


# --- hostile values ---------------------------------------------------------------------------

FLOATS = bytes(16)


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"X": []},
        {"T": [], "A": []},
        {"T": None},
        {"T": "float32"},
        {"T": []},
        {"T": ["float32", [4], 0]},
        {"T": ["float32", [4], 0, 0]},
        {"T": ["float32", [4], 0, None]},
        {"T": ["float99", [4], 0, False]},
        {"T": [["float32"], [4], 0, False]},
        {"T": [{}, [4], 0, False]},
        {"T": [None, [4], 0, False]},
        {"T": ["object", [4], 0, False]},
        {"T": ["float32", 4, 0, False]},
        {"T": ["float32", None, 0, False]},
        {"T": ["float32", [-4], 0, False]},
        {"T": ["float32", [-1, -4], 0, False]},
        {"T": ["float32", [2.0, 2], 0, False]},
        {"T": ["float32", [True, 4], 0, False]},
        {"T": ["float32", ["4"], 0, False]},
        {"T": ["float32", [[4]], 0, False]},
        {"T": ["float32", [4], -16, False]},
        {"T": ["float32", [4], 1, False]},
        {"T": ["float32", [4], 4, False]},
        {"T": ["float32", [4], 10**30, False]},
        {"T": ["float32", [5], 0, False]},
        {"T": ["float32", [4], None, False]},
        {"T": ["float32", [1] * 9, 0, False]},
        {"T": ["float32", [2**27] * 8, 0, False]},
        {"T": ["float32", [0, 2**27, 2**27, 2**27], 0, False]},
        {"T": ["float32", [2**27, 2**27, 2**27, 0], 0, False]},
        {"T": ["int64", [2], 0, True]},
        {"T": ["bool", [2], 0, True]},
        {"A": ["object", [1], 0]},
        {"A": ["O", [1], 0]},
        {"A": ["float32", [4]]},
        {"A": ["float32", [4], 0, False]},
        {"A": ["float32", [5], 0]},
        {"A": ["float32", [0, 2**27, 2**27, 2**27], 0]},
        {"A": [["U1"], [1], 0]},
        {"H": ["yours", 1, "x"]},
        {"U": 1},
        {"U": {"U": []}},
        {"D": [1]},
        {"D": [[1]]},
        {"D": [[1, 2, 3]]},
        {"D": {"a": 1}},
        {"D": [[[1], 2]]},
        {"D": [[{"U": [1]}, 2]]},
        {"D": [[{"D": []}, 2]]},
        {"D": [[{"F": "9223372036854775808"}, 2]]},
        {"D": [[{"T": ["float32", [1], 0, False]}, 2]]},
        {"F": "NaN"},
        {"F": "1e5"},
        {"F": "--1"},
        {"F": "-"},
        {"F": ""},
        {"F": "9" * 401},
        {"F": 1},
        {"F": []},
        1 << 63,
        -(10**40),
        "half a character: \ud800",
        {"D": [["\udfff", 1]]},
        # Twice the same bytes: a header of a megabyte would make gigabytes of a small body.
        [{"T": ["float32", [4], 0, False]}, {"T": ["float32", [4], 0, False]}],
        [{"A": ["bool", [16], 0]}, {"T": ["uint8", [1], 0, False]}],
    ],
    ids=lambda tree: str(tree)[:50],
)
def test_a_value_outside_the_vocabulary_is_a_breach(tree: Any) -> None:
    with pytest.raises(WireError):
        decoded(tree, FLOATS)


def test_a_value_nested_too_deeply_is_a_breach() -> None:
    tree: Any = 1
    for _ in range(MAX_DEPTH):
        tree = [tree]
    decoded(tree)
    with pytest.raises(WireError, match="deeply"):
        decoded([tree])
    with pytest.raises(WireError, match="deeply"):
        decoded({"D": [[1, tree]]})


def test_truth_values_are_0_or_1_whatever_bytes_were_sent() -> None:
    odd = bytes([0, 1, 2, 255])
    tensor = decoded({"T": ["bool", [4], 0, False]}, odd)
    array = decoded({"A": ["bool", [4], 0]}, odd)
    assert bits(tensor).tolist() == [0, 1, 1, 1] and array.tobytes() == b"\0\1\1\1"


def test_keys_that_have_the_same_hash_are_few() -> None:
    """Each of them is compared with all others: of 24,000 that took five seconds."""
    same = 2**61 - 1
    assert len({hash(n * same) for n in range(100)}) == 1
    tree = {"D": [[{"F": str(n * same)}, 1] for n in range(1000, 25_000)]}
    start = time.perf_counter()
    with pytest.raises(WireError):
        decoded(tree)
    small = [n * same for n in range(5) if n * same < 2**63]
    exact = [2.0 ** (61 * n) for n in range(-16, 16)]
    decoded({"D": [[key, 1] for key in (*small, *exact)]})
    assert time.perf_counter() - start < 1


def test_a_key_that_comes_twice_counts_once() -> None:
    text = '{"F": "nan", "F": "inf"}'
    assert decoded(json.loads(text)) == math.inf
    assert decoded({"D": [[1, "a"], [True, "b"]]}) == {1: "b"}


# --- anything at all --------------------------------------------------------------------------

TAGS = ("T", "A", "U", "D", "F", "H", "X", "")
NAMES = (*TORCH_DTYPES, *NUMPY_DTYPES, "object", "yours", "mine", "call", "backward", "nan", "-9")
odd_numbers = st.sampled_from([0, 1, 2, 4, 8, 16, -1, 2**27, 2**31, 2**63, 10**30, 0.5])
scraps = st.none() | st.booleans() | odd_numbers | st.sampled_from(NAMES) | st.text(max_size=3)
sizes = st.lists(odd_numbers, max_size=9)
descriptions = st.tuples(st.sampled_from(NAMES), sizes, odd_numbers, st.booleans()).map(list)
trees = st.recursive(
    scraps | descriptions.map(lambda d: {"T": d}) | descriptions.map(lambda d: {"A": d[:3]}),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(TAGS), inner, min_size=1, max_size=2)
        | st.lists(st.tuples(inner, inner).map(list), max_size=3).map(lambda pairs: {"D": pairs})
        | st.lists(inner, max_size=4).map(lambda parts: {"U": parts})
    ),
    max_leaves=15,
)
bodies = st.binary(max_size=64)


def size_of(value: Any) -> int:
    """Bytes of all arrays in a value."""
    if isinstance(value, torch.Tensor):
        return value.numel() * value.element_size()
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, dict):
        return sum(map(size_of, value.values()))
    return sum(map(size_of, value)) if isinstance(value, list | tuple) else 0


@given(trees, bodies)
@example({"T": ["float32", [0, 2**27, 2**27, 2**27], 0, False]}, b"")
@example({"A": ["uint8", [2**27, 2**27, 2**27, 0], 0]}, b"")
def test_whatever_tree_comes_it_is_a_value_within_the_body_or_a_breach(
    tree: Any, body: bytes
) -> None:
    try:
        value = decoded(tree, body)
    except WireError:
        return
    assert size_of(value) <= len(body)


@given(st.binary(max_size=200))
def test_whatever_bytes_come_they_are_a_frame_or_a_breach(data: bytes) -> None:
    received(data)


@given(values, st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=6))
def test_a_frame_with_changed_bytes_is_a_value_or_a_breach(
    value: Any, changes: list[tuple[int, int]]
) -> None:
    text, body = encoded(value)
    data = bytearray(frame(f'{{"value": {text}}}'.encode(), body))
    for place, byte in changes:
        data[place % len(data)] = byte
    received(bytes(data))


def received(data: bytes) -> None:
    """Read all frames in the data and decode them; what can't be read must be a WireError."""
    left, right = socket.socketpair()
    with left, right:
        connection = Connection(right)
        left.sendall(data)
        left.shutdown(socket.SHUT_WR)
        try:
            while True:
                header, body = connection.receive()
                assert isinstance(header, dict)
                assert size_of(decoded(header.get("value"), bytes(body))) <= len(body)
        except WireError:
            pass
