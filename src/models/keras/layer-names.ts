/**
 * What Keras 3 calls a class among the entries of a container: "Conv2D" → "conv2d", "PReLU" → "p_re_lu".
 * Source: keras-team/keras, keras/src/utils/naming.py, to_snake_case
 */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** Gives names out: the same again has _1, _2 … behind it. */
export function countedNames(): (className: string) => string {
  const counts = new Map<string, number>();
  return (className) => {
    const name = snakeCase(className);
    const count = counts.get(name);
    counts.set(name, (count ?? -1) + 1);
    return count === undefined ? name : `${name}_${count + 1}`;
  };
}
