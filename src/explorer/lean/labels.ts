/** In the worker's bundle this stands for models/imagenet-labels.ts: a page brings the names of its classes along. */
export function imagenetLabels(): null {
  return null;
}
