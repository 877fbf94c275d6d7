/** A program that needs nothing beside it, and what its tensors mean to whoever runs it with a runtime of their own. */
import type { Program } from '../training/graph.ts';
import type { ElementType } from '../training/onnx-model.ts';

export interface StandaloneProgram extends Program {
  /** By name of input or output. */
  readonly meanings: Readonly<Record<string, string>>;
}

export interface DescribedTensor {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly meaning: string;
}

export const describeTensors = (
  { meanings }: StandaloneProgram,
  specs: Program['inputs'],
): readonly DescribedTensor[] =>
  specs.map(({ name, type, shape }) => {
    const meaning = meanings[name];
    if (meaning === undefined) throw new Error(`nobody says what ${name} means`);
    return { name, type, shape, meaning };
  });
