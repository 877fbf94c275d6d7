/** The two graphs of a training step: encoder and decoder learn in turns, each with the other one fixed. */
import { gradientsOf } from '../training/gradients.ts';
import { createGraph, type Graph, type Program, type Tensor } from '../training/graph.ts';
import { add, mul } from '../training/operators/arithmetic.ts';
import { bagCrossEntropy } from '../training/operators/bag-cross-entropy.ts';
import { sum } from '../training/operators/reductions.ts';
import type { Shape } from '../training/shape.ts';
import { compositeKl, sampleOf, standardKl } from './elbo.ts';
import { encode, type Gaussian, type WeightTensors } from './network.ts';
import { type AutoencoderShape, encoderShapes } from './shape.ts';

export interface StepShape {
  readonly shape: AutoencoderShape;
  /** Rows of a batch; those that a short batch lacks have neither targets nor a KL weight. */
  readonly batch: number;
  /** Items that scores are computed for: all, or room for the candidates. */
  readonly width: number;
  readonly prior: 'composite' | 'standard';
  /** Most targets that a batch can have. */
  readonly entries: number;
  /** The logQ correction: scores get `offset` [width], and `own` [entries] at the places of the row's own targets. */
  readonly sampled: boolean;
}

/** Name of a weight's gradient among the outputs. */
export const gradientName = (name: string): string => `d.${name}`;
/** Name of a weight of the encoder that the composite prior looks at. */
export const oldName = (name: string): string => `old.${name}`;

const inputsOf = (graph: Graph, shapes: Readonly<Record<string, Shape>>, named = (name: string) => name) =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, graph.input(named(name), shape)]));

const bound = (graph: Graph, { shape, batch, width, entries, sampled }: StepShape) => {
  const weights: WeightTensors = {
    ...inputsOf(graph, encoderShapes(shape)),
    ...inputsOf(graph, { rows: [width, shape.latent], rowBias: [width] }),
  };
  const first = graph.input('first', [batch, shape.hidden]);
  const noise = graph.input('noise', [batch, shape.latent]);
  const found = encode(first, weights, shape.depth);
  const { rows, rowBias } = weights as { readonly rows: Tensor; readonly rowBias: Tensor };
  const bias = sampled ? add(rowBias, graph.input('offset', [width])) : rowBias;
  const reconstruction = bagCrossEntropy(sampleOf(found, noise), rows, bias, {
    places: graph.indices('places', [entries]),
    weights: graph.input('targets', [entries]),
    shares: graph.input('shares', [entries]),
    rowWeights: graph.input('rowTargets', [batch, 1]),
    ...(sampled && { own: graph.input('own', [entries]) }),
  });
  return { weights, first, noise, found, reconstruction };
};

const withGradients = (graph: Graph, loss: Tensor, of: Readonly<Record<string, Tensor>>): Program => {
  const gradients = gradientsOf(loss, Object.values(of));
  const named = Object.keys(of).map((name, at) => [gradientName(name), gradients[at] as Tensor] as const);
  return graph.program({ loss, ...Object.fromEntries(named) });
};

/** Loss: reconstruction + Σ klWeight · KL; gradients of the encoder's weights and of `first` [batch, hidden]. */
export const encoderProgram = (step: StepShape): Program => {
  const { shape, batch, prior } = step;
  const graph = createGraph();
  const { weights, first, noise, found, reconstruction } = bound(graph, step);
  const oldEncoder = (): Gaussian =>
    encode(
      graph.input(oldName('first'), [batch, shape.hidden]),
      inputsOf(graph, encoderShapes(shape), oldName),
      shape.depth,
    );
  const kl = prior === 'composite' ? compositeKl(found, oldEncoder(), noise) : standardKl(found);
  const loss = add(reconstruction, sum(mul(kl, graph.input('klWeight', [batch, 1]))));
  const learned = Object.keys(encoderShapes(shape)).map((name) => [name, weights[name] as Tensor] as const);
  return withGradients(graph, loss, { first, ...Object.fromEntries(learned) });
};

/** Loss: reconstruction; gradients of the decoder's weights. */
export const decoderProgram = (step: StepShape): Program => {
  const graph = createGraph();
  const { weights, reconstruction } = bound(graph, step);
  const { rows, rowBias } = weights as { readonly rows: Tensor; readonly rowBias: Tensor };
  return withGradients(graph, reconstruction, { rows, rowBias });
};
