/**
 * A graph of tensors with static shapes. Invariants: a tensor is made after those it is computed from, so the order of
 * making is an order of running; a name is given once; only what the outputs need gets into the model.
 */
import {
  type Attribute,
  type ElementType,
  encodeModel,
  type Operation,
  type TensorSpec,
  type Values,
} from './onnx-model.ts';
import type { Shape } from './shape.ts';

/** From the gradient of a tensor to the gradients of its sources, in their order; undefined: none goes there. */
export type Backward = (gradient: Tensor) => readonly (Tensor | undefined)[];

export interface Tensor extends TensorSpec {
  readonly graph: Graph;
  /** Place in the order of making. */
  readonly order: number;
  readonly inputs: readonly Tensor[];
  readonly sources: readonly Tensor[];
  readonly backward?: Backward;
}

export interface NodeSpec {
  readonly inputs: readonly Tensor[];
  /** What `backward` gives gradients of; the inputs where absent. Others: an operator of several nodes in one step. */
  readonly sources?: readonly Tensor[];
  readonly shape: Shape;
  readonly type?: ElementType;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Absent: no gradient goes through. */
  readonly backward?: Backward;
  /** Which of the operator's outputs this is; 0 where absent. */
  readonly place?: number;
}

/** A model as bytes, with what it wants and gives. */
export interface Program {
  readonly model: Uint8Array;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Inputs and outputs with so many rows take fewer too. */
  readonly mostRows?: number;
}

export interface Graph {
  /** Real numbers given at each run: data, masks and weights. */
  input(name: string, shape: Shape): Tensor;
  /** Integers given at each run. */
  indices(name: string, shape: Shape): Tensor;
  /** Integers 0 to 255 given at each run. */
  bytes(name: string, shape: Shape): Tensor;
  scalar(value: number): Tensor;
  /**
   * Weights that stay in the model. The engine packs them once, and then a row's bits do not depend on the rows beside
   * it; with weights as inputs they do.
   */
  constant(name: string, values: Float32Array, shape: Shape): Tensor;
  /** Integers of a byte each that stay in the model. */
  smallIntegers(name: string, values: Int8Array | Uint8Array, shape: Shape): Tensor;
  /** A constant of int64 [values], as operators want axes and shapes. */
  integers(values: readonly number[]): Tensor;
  node(operator: string, spec: NodeSpec): Tensor;
  /**
   * The part of the graph that the outputs need; they are named by their keys. With `mostRows`, inputs and outputs of so
   * many rows take fewer too; nothing in the graph may then depend on their number.
   */
  program(outputs: Readonly<Record<string, Tensor>>, mostRows?: number): Program;
}

/** `precision` float64 is for checking gradients against finite differences. */
export const createGraph = (precision: 'float32' | 'float64' = 'float32'): Graph => {
  const tensors: Tensor[] = [];
  const operations = new Map<Tensor, Operation>();
  const constants = new Map<Tensor, Values>();
  const cached = new Map<string, Tensor>();
  const names = new Set<string>();

  const make = (spec: Omit<Tensor, 'graph' | 'order'>): Tensor => {
    if (names.has(spec.name)) throw new Error(`two tensors named ${spec.name}`);
    names.add(spec.name);
    const tensor = { ...spec, graph, order: tensors.length };
    tensors.push(tensor);
    return tensor;
  };
  const given = (name: string, type: ElementType, shape: Shape) => make({ name, type, shape, inputs: [], sources: [] });
  const kept = (name: string, type: ElementType, shape: Shape, values: Values): Tensor => {
    const tensor = given(name, type, shape);
    constants.set(tensor, values);
    return tensor;
  };
  const cachedConstant = (key: string, type: ElementType, shape: Shape, values: Values): Tensor => {
    const known = cached.get(key);
    if (known) return known;
    const tensor = kept(key, type, shape, values);
    cached.set(key, tensor);
    return tensor;
  };

  const graph: Graph = {
    input: (name, shape) => given(name, precision, shape),
    indices: (name, shape) => given(name, 'int32', shape),
    bytes: (name, shape) => given(name, 'uint8', shape),
    scalar: (value) =>
      cachedConstant(
        `scalar:${value}`,
        precision,
        [],
        precision === 'float32' ? Float32Array.of(value) : Float64Array.of(value),
      ),
    constant: (name, values, shape) => kept(name, 'float32', shape, values),
    smallIntegers: (name, values, shape) => kept(name, values instanceof Int8Array ? 'int8' : 'uint8', shape, values),
    integers: (values) =>
      cachedConstant(`integers:${values.join(',')}`, 'int64', [values.length], BigInt64Array.from(values, BigInt)),
    node: (operator, { inputs, sources = inputs, shape, type = precision, attributes = {}, backward, place = 0 }) => {
      const name = `${operator}:${tensors.length}`;
      const tensor = make({ name, type, shape, inputs, sources, ...(backward && { backward }) });
      const unread = Array.from({ length: place }, (_, at) => `${name}.${at}`);
      operations.set(tensor, { operator, inputs: inputs.map((input) => input.name), output: name, unread, attributes });
      return tensor;
    },
    program: (outputs, mostRows) => {
      const needed = new Set<Tensor>();
      const visit = (tensor: Tensor) => {
        if (tensor.graph !== graph) throw new Error(`${tensor.name} is of another graph`);
        needed.add(tensor);
      };
      Object.values(outputs).forEach(visit);
      // inputs are older than what is made from them, so one pass from the newest finds all
      for (let at = tensors.length - 1; at >= 0; at -= 1) {
        const tensor = tensors[at] as Tensor;
        if (needed.has(tensor)) tensor.inputs.forEach(visit);
      }
      const parts = tensors.filter((tensor) => needed.has(tensor));
      const inputs = parts.filter((tensor) => !operations.has(tensor) && !constants.has(tensor)).map(specOf);
      const named = Object.entries(outputs).map(([name, { type, shape }]) => ({ name, type, shape }));
      // what is made for one output has its name at once: a copy may cost as much as the making. Inputs, and what is given
      // twice, are copied
      const asked = Object.entries(outputs);
      const isCopied = ([, tensor]: (typeof asked)[number]) =>
        !operations.has(tensor) || asked.filter(([, other]) => other === tensor).length > 1;
      const renamed = new Map(asked.filter((one) => !isCopied(one)).map(([name, tensor]) => [tensor.name, name]));
      const nameOf = (name: string) => renamed.get(name) ?? name;
      const made = parts.flatMap((tensor) => operations.get(tensor) ?? []);
      const copies = asked
        .filter(isCopied)
        .map(([output, { name }]): Operation => ({ operator: 'Identity', inputs: [name], output, attributes: {} }));
      for (const { name } of named) if (names.has(name)) throw new Error(`an output and a tensor named ${name}`);
      const model = encodeModel({
        operations: [
          ...made.map((one) => ({ ...one, inputs: one.inputs.map(nameOf), output: nameOf(one.output) })),
          ...copies,
        ],
        constants: parts.flatMap((tensor) => {
          const values = constants.get(tensor);
          return values ? [{ ...specOf(tensor), values }] : [];
        }),
        inputs,
        outputs: named,
        ...(mostRows !== undefined && { mostRows }),
      });
      return { model, inputs, outputs: named, ...(mostRows !== undefined && { mostRows }) };
    },
  };
  return graph;
};

const specOf = ({ name, type, shape }: Tensor): TensorSpec => ({ name, type, shape });
