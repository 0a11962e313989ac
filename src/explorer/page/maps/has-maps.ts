/** Whether a layer makes maps of more than one number. */
export function hasMaps(shape: readonly number[]): boolean {
  const [height = 1, width = 1] = shape.slice(-2);
  return (shape.length === 3 || shape.length === 4) && height * width > 1;
}
