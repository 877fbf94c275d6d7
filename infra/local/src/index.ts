export { sweepAbandoned } from './abandoned.ts';
export { cacheDir, defaultDataDir, repoRoot } from './folders.ts';
export { choosePort, HOST } from './ports.ts';
export { provisionStack, type ServerName, type Stack, type StackOptions } from './stack.ts';
export { readStackFile, type StackFile } from './stack-file.ts';
export { type ChildSpec, type Supervised, supervise } from './supervise.ts';
export { type Env, type StackUrls, stackEnv, urlsFromEnv } from './urls.ts';
