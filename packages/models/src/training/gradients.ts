import type { Tensor } from './graph.ts';

/**
 * Gradients of a scalar `loss` with respect to each tensor of `of` (reverse mode: the chain rule from the loss back, a
 * tensor used twice gets the sum). Throws where the loss does not depend on one of them, since a silent zero would be a
 * weight that never learns.
 */
export const gradientsOf = (loss: Tensor, of: readonly Tensor[]): Tensor[] => {
  if (loss.shape.length > 0) throw new RangeError(`a loss is a scalar, not [${loss.shape.join(', ')}]`);
  const { graph } = loss;
  const ancestors = orderedAncestors(loss);
  const reaching = new Set<Tensor>(of);
  for (const tensor of ancestors) if (tensor.sources.some((source) => reaching.has(source))) reaching.add(tensor);

  const parts = new Map<Tensor, Tensor[]>([[loss, [graph.scalar(1)]]]);
  const total = (tensor: Tensor): Tensor | undefined => {
    const terms = parts.get(tensor);
    if (!terms || terms.length < 2) return terms?.[0];
    const sum = graph.node('Sum', { inputs: terms, shape: tensor.shape });
    parts.set(tensor, [sum]);
    return sum;
  };
  for (const tensor of ancestors.toReversed()) {
    const gradient = reaching.has(tensor) ? total(tensor) : undefined;
    if (!gradient || !tensor.backward) continue;
    tensor.backward(gradient).forEach((term, at) => {
      const source = tensor.sources[at];
      if (term && source && reaching.has(source)) parts.set(source, [...(parts.get(source) ?? []), term]);
    });
  }
  return of.map((tensor) => {
    const gradient = total(tensor);
    if (!gradient) throw new Error(`the loss does not depend on ${tensor.name}`);
    return gradient;
  });
};

/** What a tensor is computed from and itself, oldest first. */
const orderedAncestors = (tensor: Tensor): Tensor[] => {
  const found = new Set<Tensor>([tensor]);
  // a Set's iteration goes on to what is added on the way
  for (const one of found) one.inputs.forEach((input) => found.add(input));
  return [...found].sort((a, b) => a.order - b.order);
};
