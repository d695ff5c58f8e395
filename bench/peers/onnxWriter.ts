/** The part of ONNX's protobuf that a decoder's graph needs, with the field numbers of onnx.proto. */

import { joinBytes } from '../../src/bytes';

const text = new TextEncoder();
const elementTypes = { float: 1, int32: 6, int64: 7 } as const;
export type ElementType = keyof typeof elementTypes;
/** Name, element type and shape, where a dimension may be a name. */
export type ValueInfo = readonly [name: string, type: ElementType, shape: readonly (number | string)[]];
/** An attribute of a node; a float is wrapped to distinguish it from an integer. */
export type Attribute = number | string | { readonly float: number };

function varint(value: number): Uint8Array {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest > 0n ? low | 128 : low);
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}

const key = (field: number, wireType: number) => varint((field << 3) | wireType);
const integer = (field: number, value: number) => joinBytes([key(field, 0), varint(value)]);
const bytes = (field: number, value: Uint8Array) => joinBytes([key(field, 2), varint(value.length), value]);
const string = (field: number, value: string) => bytes(field, text.encode(value));
const float = (field: number, value: number) =>
  joinBytes([key(field, 5), new Uint8Array(Float32Array.of(value).buffer)]);

/** TensorProto */
export const tensor = (
  name: string,
  shape: readonly number[],
  data: Float32Array | BigInt64Array,
  type: ElementType = 'float',
): Uint8Array =>
  joinBytes([
    ...shape.map((size) => integer(1, size)),
    integer(2, elementTypes[type]),
    string(8, name),
    bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);

/** AttributeProto; the last field is its type: float 1, int 2, string 3. */
function attribute(name: string, value: Attribute): Uint8Array {
  if (typeof value === 'string') return joinBytes([string(1, name), string(4, value), integer(20, 3)]);
  if (typeof value === 'number') return joinBytes([string(1, name), integer(3, value), integer(20, 2)]);
  return joinBytes([string(1, name), float(2, value.float), integer(20, 1)]);
}

/** NodeProto */
export const node = (
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes: Readonly<Record<string, Attribute>> = {},
  domain = '',
): Uint8Array =>
  joinBytes([
    ...inputs.map((input) => string(1, input)),
    ...outputs.map((output) => string(2, output)),
    string(3, `${outputs[0]}_${operator}`),
    string(4, operator),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
    ...(domain ? [string(7, domain)] : []),
  ]);

/** ValueInfoProto */
function valueInfo([name, type, shape]: ValueInfo): Uint8Array {
  const dimensions = shape.map((size) => bytes(1, typeof size === 'number' ? integer(1, size) : string(2, size)));
  const tensorType = joinBytes([integer(1, elementTypes[type]), bytes(2, joinBytes(dimensions))]);
  return joinBytes([string(1, name), bytes(2, bytes(1, tensorType))]);
}

/** ModelProto of operator set 21 with Microsoft's own operators. */
export const model = (
  nodes: readonly Uint8Array[],
  tensors: readonly Uint8Array[],
  inputs: readonly ValueInfo[],
  outputs: readonly ValueInfo[],
): Uint8Array =>
  joinBytes([
    integer(1, 10),
    bytes(
      7,
      joinBytes([
        ...nodes.map((entry) => bytes(1, entry)),
        string(2, 'graph'),
        ...tensors.map((entry) => bytes(5, entry)),
        ...inputs.map((entry) => bytes(11, valueInfo(entry))),
        ...outputs.map((entry) => bytes(12, valueInfo(entry))),
      ]),
    ),
    bytes(8, joinBytes([string(1, ''), integer(2, 21)])),
    bytes(8, joinBytes([string(1, 'com.microsoft'), integer(2, 1)])),
  ]);
