#!/usr/bin/env python3
"""Make test vectors of safetensors files with the verdict of the official library.

    make_safetensors_goldens.py [OUT]    write OUT (default: safetensors.json beside this script)

Each vector is {"name", "file" (base64), "error"}: error is null where `safetensors.deserialize` reads the file, else its
message. Made with safetensors 0.8.0.
"""
import base64, json, struct, sys
from pathlib import Path

from safetensors import deserialize


def file(header, data=b"", length=None):
    text = header if isinstance(header, bytes) else (header if isinstance(header, str) else json.dumps(header)).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def f32(*numbers):
    return struct.pack(f"<{len(numbers)}f", *numbers)


def entry(start, end, shape=None, dtype="F32"):
    return dict(dtype=dtype, shape=[(end - start) // 4] if shape is None else shape, data_offsets=[start, end])


A = json.dumps(entry(0, 4))
raw = lambda shape="[1]", offsets="[0,4]", more="": f'{{"a":{{"dtype":"F32","shape":{shape},"data_offsets":{offsets}{more}}}}}'
ONE = f32(1.5)
VECTORS = {
    "one tensor": file({"a": entry(0, 4)}, ONE),
    "no tensors": file({}),
    "two tensors, listed in the other order": file({"b": entry(4, 8), "a": entry(0, 4)}, f32(1, 2)),
    "metadata": file({"__metadata__": {"format": "pt"}, "a": entry(0, 4)}, ONE),
    "metadata null": file({"__metadata__": None, "a": entry(0, 4)}, ONE),
    "metadata with a number": file({"__metadata__": {"n": 1}, "a": entry(0, 4)}, ONE),
    "metadata with null": file({"__metadata__": {"n": None}, "a": entry(0, 4)}, ONE),
    "metadata a list": file({"__metadata__": [], "a": entry(0, 4)}, ONE),
    "metadata twice": file(f'{{"__metadata__":{{}},"__metadata__":{{}},"a":{A}}}', ONE),
    "a metadata key twice": file(f'{{"__metadata__":{{"k":"1","k":"2"}},"a":{A}}}', ONE),
    "spaces after the header": file(json.dumps({"a": entry(0, 4)}) + "   ", ONE),
    "line breaks after the header": file(json.dumps({"a": entry(0, 4)}) + "\n\t ", ONE),
    "zero bytes after the header": file(json.dumps({"a": entry(0, 4)}) + "\0\0", ONE),
    "spaces before the header": file("  " + json.dumps({"a": entry(0, 4)}), ONE),
    "a byte-order mark before the header": file("\ufeff" + json.dumps({"a": entry(0, 4)}), ONE),
    "text after the header": file(json.dumps({"a": entry(0, 4)}) + "{}", ONE),
    "a scalar": file({"a": entry(0, 4, [])}, ONE),
    "no elements": file({"a": entry(0, 0, [0, 3])}),
    "no elements between two tensors": file({"a": entry(0, 4), "b": entry(4, 4, [2, 0]), "c": entry(4, 8)}, f32(1, 2)),
    "a tensor twice": file(f'{{"a":{A},"a":{A}}}', ONE),
    "a tensor twice, once escaped": file(f'{{"a":{A},"\\u0061":{A}}}', ONE),
    "dtype twice": file(raw(more=',"dtype":"F32"'), ONE),
    "shape twice": file(raw(more=',"shape":[1]'), ONE),
    "a key that the format lacks": file(raw(more=',"more":"x"'), ONE),
    "trailing bytes": file({"a": entry(0, 4)}, f32(1, 2)),
    "cut off data": file({"a": entry(0, 8)}, ONE),
    "cut off header": file(json.dumps({"a": entry(0, 4)})[:-1], ONE),
    "a gap": file({"a": entry(0, 4), "b": entry(8, 12)}, f32(1, 2, 3)),
    "a gap at the start": file({"a": entry(4, 8)}, f32(1, 2)),
    "overlapping ranges": file({"a": entry(0, 8), "b": entry(4, 12)}, f32(1, 2, 3)),
    "two tensors of the same range": file({"a": entry(0, 4), "b": entry(0, 4)}, ONE),
    "a range that ends before it starts": file(raw(offsets="[4,0]"), ONE),
    "a range larger than the shape": file({"a": entry(0, 8, [1])}, f32(1, 2)),
    "a range smaller than the shape": file({"a": entry(0, 4, [2])}, ONE),
    "a range of three numbers": file(raw(offsets="[0,4,4]"), ONE),
    "a range of one number": file(raw(offsets="[4]"), ONE),
    "a negative start": file(raw(offsets="[-4,0]"), ONE),
    "a negative size": file(raw(shape="[-1]"), ONE),
    "a size with a decimal point": file(raw(shape="[1.0]"), ONE),
    "a size with an exponent": file(raw(shape="[1e0]"), ONE),
    "minus zero": file(raw(offsets="[-0,4]"), ONE),
    "a leading zero": file(raw(offsets="[00,4]"), ONE),
    "a size as text": file(raw(shape='["1"]'), ONE),
    "a size of true": file(raw(shape="[true]"), ONE),
    "a shape of null": file(raw(shape="null"), ONE),
    "no shape": file('{"a":{"dtype":"F32","data_offsets":[0,4]}}', ONE),
    "no dtype": file('{"a":{"shape":[1],"data_offsets":[0,4]}}', ONE),
    "no range": file('{"a":{"dtype":"F32","shape":[1]}}', ONE),
    "a shape beyond 2^64": file(raw(shape="[4294967296,4294967296,4294967296]"), ONE),
    "a size beyond 2^64": file(raw(shape="[36893488147419103232]"), ONE),
    "a product that overflows to the range": file(raw(shape="[9223372036854775808,2]", offsets="[0,0]")),
    "a range beyond 2^53": file(raw(shape="[1]", offsets="[9007199254740993,9007199254740997]"), ONE),
    "a tensor of null": file('{"a":null}'),
    "a tensor that is a list": file('{"a":["F32",[1],[0,4]]}', ONE),
    "an unknown dtype": file({"a": entry(0, 4, [1], "F33")}, ONE),
    "a dtype in lower case": file({"a": entry(0, 4, [1], "f32")}, ONE),
    "a dtype of null": file('{"a":{"dtype":null,"shape":[1],"data_offsets":[0,4]}}', ONE),
    "half of a byte": file({"a": entry(0, 1, [1], "F4")}, b"\1"),
    "an empty file": b"",
    "seven bytes": b"\2\0\0\0\0\0\0",
    "an empty header": file(""),
    "a header length beyond the file": file({"a": entry(0, 4)}, ONE, length=1000),
    "a header length of 2^63": file({"a": entry(0, 4)}, ONE, length=2**63),
    "a header length of 100 million and 1": file({"a": entry(0, 4)}, ONE, length=100_000_001),
    "a header that is a list": file("[]"),
    "a header that is null": file("null"),
    "a header in Latin-1": file('{"\u00e9":'.encode("latin-1") + A.encode() + b"}", ONE),
    "a name in UTF-8": file('{"\u00e9":' + A + "}", ONE),
    "half a surrogate pair": file('{"\\ud800":' + A + "}", ONE),
    "a surrogate pair": file('{"\\ud83d\\ude00":' + A + "}", ONE),
    "a line break in a name": file('{"a\nb":' + A + "}", ONE),
    "a comment": file('{/**/"a":' + A + "}", ONE),
    "a comma too many": file('{"a":' + A + ",}", ONE),
    "an empty name": file('{"":' + A + "}", ONE),
    "a name as of prototypes": file('{"__proto__":' + A + "}", ONE),
    "a number of NaN": file(raw(shape="[NaN]"), ONE),
}


def verdict(data):
    try:
        deserialize(data)
    except Exception as error:
        return str(error)
    return None


if __name__ == "__main__":
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "safetensors.json"
    rows = [dict(name=name, file=base64.b64encode(data).decode(), error=verdict(data)) for name, data in VECTORS.items()]
    out.write_text("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")
    for row in rows:
        print(f'{row["name"]}: {row["error"]}')
