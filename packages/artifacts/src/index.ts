export { type Artifacts, createArtifacts, type WhatLies } from './artifacts.ts';
export { artifactsEnv, artifactsOptions } from './env.ts';
