import { engineTellsNobody } from './env.ts';

/**
 * ONNX Runtime, loaded when first needed: 45 MB that a process which only ranks never asks for. Invariant: it tells nobody
 * anything. On Linux and macOS its builds would otherwise report each process, session and model to their makers, and
 * keep an identifier of the machine and what waits to be sent in the home folder.
 */
export const loadEngine = () => {
  engineTellsNobody(); // asked once, when the engine starts
  return import('onnxruntime-node');
};
