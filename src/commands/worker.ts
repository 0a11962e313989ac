import { serveWorker } from '../batch/worker.js';

/** A worker process of a command, or one of its threads. */
serveWorker({
  check: async () => (await import('./check/check-image.js')).openCheckImages,
  top: async () => (await import('./class/top-places.js')).openTopPlaces,
});
