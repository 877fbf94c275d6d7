/**
 * ONNX's ModelProto out of plain objects; field numbers are those of onnx.proto (github.com/onnx/onnx, IR version 9).
 * Shapes are static, tensors little-endian.
 */
import {
  type Bytes,
  bytesField,
  floatField,
  integerField,
  joined,
  message,
  type Pieces,
  textField,
} from './protobuf.ts';

export type ElementType = 'float32' | 'float64' | 'int32' | 'int64' | 'bool' | 'int8' | 'uint8';
export type Values = Float32Array | Float64Array | Int32Array | BigInt64Array | Int8Array | Uint8Array;
export type Attribute = number | string | readonly number[] | { readonly float: number };

export interface TensorSpec {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}
export interface Operation {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Outputs that come before it and that nobody reads. */
  readonly unread?: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}
export interface OnnxGraph {
  readonly operations: readonly Operation[];
  readonly constants: readonly (TensorSpec & { readonly values: Values })[];
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Inputs and outputs with so many rows take any number of them. */
  readonly mostRows?: number;
}

const IR_VERSION = 9;
/** Operator set 18: axes of every reduction as an input, reductions in ScatterND. */
const OPERATOR_SET = 18;
/** ONNX's numbers of the types. */
export const DATA_TYPES = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float64: 11 } as const;
const ATTRIBUTE_TYPES = { float: 1, integer: 2, text: 3, integers: 7 } as const;

const attribute = (name: string, value: Attribute): Pieces => {
  if (typeof value === 'number')
    return message(textField(1, name), integerField(3, value), integerField(20, ATTRIBUTE_TYPES.integer));
  if (typeof value === 'string')
    return message(textField(1, name), textField(4, value), integerField(20, ATTRIBUTE_TYPES.text));
  if ('float' in value)
    return message(textField(1, name), floatField(2, value.float), integerField(20, ATTRIBUTE_TYPES.float));
  return message(
    textField(1, name),
    ...value.map((item) => integerField(8, item)),
    integerField(20, ATTRIBUTE_TYPES.integers),
  );
};

const operation = ({ operator, inputs, output, unread = [], attributes }: Operation): Pieces =>
  message(
    ...inputs.map((input) => textField(1, input)),
    ...[...unread, output].map((name) => textField(2, name)),
    textField(4, operator),
    ...Object.entries(attributes).map(([name, value]) => bytesField(5, attribute(name, value))),
  );

const constant = ({ name, type, shape, values }: OnnxGraph['constants'][number]): Pieces =>
  message(
    ...shape.map((size) => integerField(1, size)),
    integerField(2, DATA_TYPES[type]),
    textField(8, name),
    bytesField(9, [new Uint8Array(values.buffer, values.byteOffset, values.byteLength)]),
  );

const valueInfo = ({ name, type, shape }: TensorSpec, mostRows?: number): Pieces => {
  const dimensions = message(
    ...shape.map((size, axis) =>
      bytesField(1, axis === 0 && size === mostRows ? textField(2, 'rows') : integerField(1, size)),
    ),
  );
  const tensorType = message(integerField(1, DATA_TYPES[type]), bytesField(2, dimensions));
  return message(textField(1, name), bytesField(2, bytesField(1, tensorType)));
};

/** The bytes of a `.onnx` file that any ONNX runtime loads. */
export const encodeModel = ({ operations, constants, inputs, outputs, mostRows }: OnnxGraph): Bytes => {
  const graph = message(
    ...operations.map((item) => bytesField(1, operation(item))),
    textField(2, 'nextcart'),
    ...constants.map((item) => bytesField(5, constant(item))),
    ...inputs.map((item) => bytesField(11, valueInfo(item, mostRows))),
    ...outputs.map((item) => bytesField(12, valueInfo(item, mostRows))),
  );
  const operatorSet = message(textField(1, ''), integerField(2, OPERATOR_SET));
  return joined(
    message(integerField(1, IR_VERSION), textField(2, 'nextcart'), bytesField(7, graph), bytesField(8, operatorSet)),
  );
};
