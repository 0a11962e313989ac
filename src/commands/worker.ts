import { serveWorker } from '../batch/worker.js';

/** A worker process of a command, or one of its threads. */
serveWorker({
  check: async () => (await import('./check/check-image.js')).openCheckImages,
  features: async () => (await import('./head/feature-rows.js')).openFeatureRows,
  top: async () => (await import('./class/top-places.js')).openTopPlaces,
});
