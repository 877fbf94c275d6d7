export { type FeaturesEnv, readEnv, settingsOf } from './env.ts';
export { createFeatures, type Features, type FeaturesDeps, type FeaturesSettings } from './features.ts';
export { type SnapshotSettings, snapshotMakers } from './make-snapshot.ts';
