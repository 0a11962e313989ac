// TEMPORARY: gone when every figure is a scene
export * from './figure.js';
export const titledImage: any = () => {
  throw new Error('this figure is not a scene yet');
};
