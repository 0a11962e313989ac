// TEMPORARY: gone when every figure is a scene
export { drawImage, drawLevels, fillRect, type Rgb, strokeRect } from './scene/scene.js';
export type Canvas = any;
const gone = (): any => {
  throw new Error('this figure is not a scene yet');
};
export const createCanvas: any = gone;
export const drawLine: any = gone;
export const drawText: any = gone;
export const drawTextUpwards: any = gone;
export const toImage: any = gone;
