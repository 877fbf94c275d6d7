export { type Artifacts, createArtifacts, type Found, type WhatLies } from './artifacts.ts';
export { artifactsEnv, artifactsOptions } from './env.ts';
