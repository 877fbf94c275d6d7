import { readFile } from 'node:fs/promises';
import { arch, cpus } from 'node:os';

/** What a release was computed on: other instruction sets may round differently. */
export interface Cpu {
  readonly architecture: string;
  readonly model: string;
  /** Those that matrix kernels are chosen by, rising; empty where the system does not tell. */
  readonly instructionSets: readonly string[];
}

/** By the names that Linux gives them. */
const TOLD = /^(sse4_2|avx|avx2|fma|f16c|avx_vnni|avx512\w*|amx_\w+|asimd\w*|sve\w*|bf16|i8mm)$/;

export const instructionSetsIn = (cpuInfo: string): readonly string[] => {
  const flags = /^(?:flags|Features)\s*:(.*)$/m.exec(cpuInfo)?.[1] ?? '';
  return [...new Set(flags.split(/\s+/).filter((flag) => TOLD.test(flag)))].sort();
};

export const readCpu = async (): Promise<Cpu> => {
  const cpuInfo = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  return {
    architecture: arch(),
    model: cpus()[0]?.model.trim() ?? 'unknown',
    instructionSets: instructionSetsIn(cpuInfo),
  };
};
