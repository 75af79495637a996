"""The wire between the grader and a student's process: plain data only, never pickle.

A frame is two lengths, a JSON header, and a body of raw array bytes:

    | header length: uint32 | body length: uint64 | header: UTF-8 JSON | body |

The header says what the values are; arrays point into the body by dtype, shape and offset.
The reader trusts nothing: sizes are capped before anything is allocated, the vocabulary is
closed, and decoding builds numbers, strings, lists, tuples, dicts, tensors and arrays only.
"""

from __future__ import annotations

import json
import math
import socket
import struct
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

MAX_HEADER = 1 << 20
MAX_BODY = 1 << 27
MAX_TRAFFIC = 1 << 31
MAX_DEPTH = 32
MAX_DIMENSIONS = 8
LENGTHS = struct.Struct(">IQ")
MAX_JOINED = 1 << 20  # up to here a frame goes out at once: each part would wake the other end
ALIGNMENT = 16

TORCH_DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.bool,
        torch.uint8,
        torch.int8,
        torch.int16,
        torch.int32,
        torch.int64,
        torch.float16,
        torch.bfloat16,
        torch.float32,
        torch.float64,
        torch.complex64,
        torch.complex128,
    )
}
NUMPY_DTYPES = {
    name: np.dtype(name)
    for name in (
        *("bool", "uint8", "uint16", "uint32", "uint64", "int8", "int16", "int32", "int64"),
        *("float16", "float32", "float64", "complex64", "complex128"),
    )
}


class WireError(Exception):
    """The other end sent something that is no frame, or too large a one."""


class Closed(WireError):
    """The other end is gone."""


class Late(WireError):
    """The deadline passed before a whole frame had arrived."""


class NotPlain(TypeError):
    """A value that can't be sent: neither plain data nor an array."""


class Encoder:
    """Turns values into a JSON-able tree and a list of array bytes.

    `handle(value)` names an object that stays at this end, or returns None to refuse it.
    """

    def __init__(self, handle: Callable[[Any], list[Any] | None]) -> None:
        self.handle = handle
        self.buffers: list[memoryview] = []
        self.size = 0

    def encode(self, value: Any, depth: int = 0) -> Any:
        if depth > MAX_DEPTH:
            raise NotPlain("the value is nested too deeply")
        if value is None or value is True or value is False:
            return value
        if isinstance(value, torch.Tensor):
            return {"T": self._tensor(value)}
        if isinstance(value, np.ndarray | np.generic):
            return {"A": self._array(np.asarray(value))}
        if isinstance(value, int):
            return _number(int(value))
        if isinstance(value, float):
            real = float(value)
            return real if math.isfinite(real) else {"F": repr(real)}
        if isinstance(value, str):
            return str(value).encode("utf-8", "replace").decode()
        if isinstance(value, list):
            return [self.encode(v, depth + 1) for v in value]
        if isinstance(value, tuple):
            return {"U": [self.encode(v, depth + 1) for v in value]}
        if isinstance(value, dict):
            pairs = list(value.items())
            if not all(_is_key(key) for key, _ in pairs):
                raise NotPlain("a dict whose keys are not plain can't be sent")
            return {"D": [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in pairs]}
        named = self.handle(value)
        if named is None:
            raise NotPlain(f"a {type(value).__name__} can't be sent")
        return {"H": named}

    def _append(self, data: memoryview) -> int:
        padding = -self.size % ALIGNMENT
        if padding:
            self.buffers.append(memoryview(bytes(padding)))
        offset = self.size + padding
        self.size = offset + len(data)
        self.buffers.append(data)
        return offset

    def _check(self, size: int) -> None:
        """Refuse what is too large before it is copied."""
        if self.size + size > MAX_BODY:
            raise NotPlain(f"a value of {self.size + size:,} bytes is too large to send")

    def _tensor(self, tensor: torch.Tensor) -> list[Any]:
        name = str(tensor.dtype).removeprefix("torch.")
        if name not in TORCH_DTYPES or tensor.layout != torch.strided:
            raise NotPlain(f"a tensor of dtype {name} and layout {tensor.layout} can't be sent")
        if tensor.device.type != "cpu":
            raise NotPlain(f"a tensor on the device {tensor.device} has no data to send")
        self._check(tensor.numel() * tensor.element_size())
        plain = tensor.detach().resolve_conj().resolve_neg().contiguous()
        flat = plain.as_strided((plain.numel(),), (1,))  # one expanded number has the stride 0
        data = flat.view(torch.uint8).numpy().data if plain.numel() else memoryview(b"")
        grad = bool(tensor.requires_grad)
        return [name, list(tensor.shape), self._append(data), grad]

    def _array(self, array: np.ndarray) -> list[Any]:
        if array.dtype.name not in NUMPY_DTYPES:
            raise NotPlain(f"an array of dtype {array.dtype} can't be sent")
        self._check(array.nbytes)
        plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("="))
        return [array.dtype.name, list(array.shape), self._append(memoryview(plain.tobytes()))]


class Decoder:
    """Turns a tree and a body back into values; raises WireError on anything unexpected."""

    def __init__(self, body: bytearray, handle: Callable[[list[Any]], Any]) -> None:
        self.body = body
        self.handle = handle
        self.used = 0

    def decode(self, tree: Any, depth: int = 0) -> Any:
        if depth > MAX_DEPTH:
            raise WireError("a value is nested too deeply")
        if isinstance(tree, str):
            return _text(tree)
        if tree is None or isinstance(tree, bool | int | float):
            if isinstance(tree, int) and abs(tree) >= 1 << 63:
                raise WireError("a number is badly written")
            return tree
        if isinstance(tree, list):
            return [self.decode(v, depth + 1) for v in tree]
        if not isinstance(tree, dict) or len(tree) != 1:
            raise WireError("unknown kind of value")
        ((tag, content),) = tree.items()
        if tag == "F" and isinstance(content, str):
            return _odd_number(content)
        if not isinstance(content, list):
            raise WireError("unknown kind of value")
        if tag == "T":
            return self._tensor(content)
        if tag == "A":
            return self._array(content)
        if tag == "U":
            return tuple(self.decode(v, depth + 1) for v in content)
        if tag == "D":
            return self._dict(content, depth)
        if tag == "H":
            return self.handle(content)
        raise WireError("unknown kind of value")

    def _dict(self, content: list[Any], depth: int) -> dict[Any, Any]:
        result = {}
        for pair in content:
            if not isinstance(pair, list) or len(pair) != 2:
                raise WireError("a dict is not made of pairs")
            key = self.decode(pair[0], depth + 1)
            if not _is_key(key):
                raise WireError("a dict has a key that is not plain")
            result[key] = self.decode(pair[1], depth + 1)
        return result

    def _extent(self, shape: Any, offset: Any, itemsize: int) -> int:
        """The number of elements, once shape and offset are known to lie inside the body.

        Together the arrays are no larger than the body: many can't be made of the same bytes.
        """
        if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS:
            raise WireError("an array has a strange shape")
        if not all(type(n) is int and 0 <= n <= MAX_BODY for n in [*shape, offset]):
            raise WireError("an array has a strange shape or place")
        if math.prod(n for n in shape if n) > MAX_BODY:  # an empty one's strides would overflow
            raise WireError("an array has a strange shape")
        count = math.prod(shape)
        self.used += count * itemsize
        if offset % itemsize or max(offset + count * itemsize, self.used) > len(self.body):
            raise WireError("an array does not lie in the body")
        return count

    def _tensor(self, content: list[Any]) -> torch.Tensor:
        if len(content) != 4 or type(content[3]) is not bool:
            raise WireError("a tensor is badly described")
        name, shape, offset, grad = content
        dtype = _named(TORCH_DTYPES, name)
        count = self._extent(shape, offset, dtype.itemsize)
        if grad and not (dtype.is_floating_point or dtype.is_complex):
            raise WireError("a tensor of whole numbers can't have a gradient")
        if count == 0:
            tensor = torch.empty(shape, dtype=dtype)
        else:
            flat = torch.frombuffer(self.body, dtype=dtype, count=count, offset=offset)
            # Other bytes than 0 and 1 are no truth values, and not even equal to themselves.
            tensor = (flat.view(torch.uint8) != 0 if dtype == torch.bool else flat).reshape(shape)
        return tensor.requires_grad_(grad)

    def _array(self, content: list[Any]) -> np.ndarray:
        if len(content) != 3:
            raise WireError("an array is badly described")
        name, shape, offset = content
        dtype = _named(NUMPY_DTYPES, name)
        count = self._extent(shape, offset, dtype.itemsize)
        if count == 0:
            return np.empty(shape, dtype)
        flat = np.frombuffer(self.body, dtype=dtype, count=count, offset=offset)
        return (flat.view(np.uint8) != 0 if dtype == np.bool_ else flat).reshape(shape)


def _named(dtypes: dict[str, Any], name: Any) -> Any:
    if not isinstance(name, str) or name not in dtypes:
        raise WireError("an array has an unknown dtype")
    return dtypes[name]


def _is_key(key: Any) -> bool:
    """Whether a dict may have this key.

    Whole numbers only up to 64 bits: of larger ones thousands can have the same hash, and a dict
    of them takes seconds to make.
    """
    if isinstance(key, int):
        return abs(key) < 1 << 63
    return isinstance(key, str | float | None) and not isinstance(key, np.generic)


def _text(text: str) -> str:
    """Text that can be written in UTF-8: no halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise WireError("a text is badly written") from error
    return text


def _number(number: int) -> Any:
    """A whole number as it is sent."""
    if abs(number) < 1 << 63:
        return number
    if number.bit_length() > 1300:  # about 390 digits; `_odd_number` reads 400
        raise NotPlain("a number of many hundred digits can't be sent")
    return {"F": str(number)}


def _constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _odd_number(text: str) -> float | int:
    """NaN, the infinities, and whole numbers beyond 64 bits."""
    if text in ("nan", "inf", "-inf"):
        return float(text)
    if len(text) <= 400 and text.removeprefix("-").isdecimal():
        return int(text)
    raise WireError("a number is badly written")


class Connection:
    """Whole frames over a stream socket, each read and write before the current `deadline`.

    `received` counts bytes towards MAX_TRAFFIC; whoever starts a new piece of work clears it.
    """

    def __init__(self, stream: socket.socket) -> None:
        self.stream = stream
        self.deadline: float | None = None
        self.received = 0

    def close(self) -> None:
        self.stream.close()

    def send(self, header: dict[str, Any], buffers: list[memoryview], size: int) -> None:
        """Send one frame. Raises NotPlain if it is too large, Closed if nobody reads."""
        text = json.dumps(header, allow_nan=False).encode()
        if len(text) > MAX_HEADER or size > MAX_BODY:
            raise NotPlain(f"a value of {len(text) + size:,} bytes is too large to send")
        parts = [memoryview(LENGTHS.pack(len(text), size) + text), *buffers]
        if size <= MAX_JOINED:
            parts = [memoryview(b"".join(parts))]
        try:
            for part in parts:
                self.stream.settimeout(self._remaining())
                self.stream.sendall(part)
        except TimeoutError as error:
            raise Late("nobody took the message in time") from error
        except OSError as error:
            raise Closed("the other end is gone") from error

    def receive(self) -> tuple[dict[str, Any], bytearray]:
        """Read one frame. Raises WireError for anything that is not one."""
        header_length, body_length = LENGTHS.unpack(self._read(LENGTHS.size))
        if header_length > MAX_HEADER or body_length > MAX_BODY:
            raise WireError("a message is larger than allowed")
        self.received += header_length + body_length
        if self.received > MAX_TRAFFIC:
            raise WireError("more data came than any honest answer needs")
        text = bytes(self._read(header_length))
        body = self._read(body_length)
        try:
            header = json.loads(text.decode(), parse_constant=_constant)
        except (ValueError, RecursionError) as error:
            raise WireError("a message is not JSON") from error
        if not isinstance(header, dict):
            raise WireError("a message has no header")
        return header, body

    def _read(self, length: int) -> bytearray:
        data = bytearray(length)
        view = memoryview(data)
        got = 0
        try:
            while got < length:
                self.stream.settimeout(self._remaining())
                count = self.stream.recv_into(view[got:])
                if count == 0:
                    raise Closed("the other end is gone")
                got += count
        except TimeoutError as error:
            raise Late("no answer in time") from error
        except OSError as error:
            raise Closed("the other end is gone") from error
        return data

    def _remaining(self) -> float | None:
        if self.deadline is None:
            return None
        remaining = self.deadline - time.monotonic()
        if remaining <= 0:
            raise Late("no answer in time")
        return remaining
