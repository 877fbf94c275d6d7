import { autoencoderProgram } from './autoencoder-program.ts';
import type { ReleaseModels } from './parts.ts';
import { advanceEvents, scoreStates } from './recurrent-programs.ts';
import type { StandaloneProgram } from './standalone-program.ts';

/** The ONNX files of a release by their names, each made when it is asked for: they are as large as the models. */
export const programsOf = (
  { autoencoder, recurrent }: ReleaseModels,
  batch: number,
): readonly { readonly file: string; readonly make: () => StandaloneProgram }[] => [
  ...(autoencoder ? [{ file: 'autoencoder/score.onnx', make: () => autoencoderProgram(autoencoder, batch) }] : []),
  ...(recurrent
    ? [
        { file: 'recurrent/advance.onnx', make: () => advanceEvents(recurrent, batch) },
        { file: 'recurrent/score.onnx', make: () => scoreStates(recurrent, batch) },
      ]
    : []),
];
