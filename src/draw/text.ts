// TEMPORARY: gone when every figure is a scene
export * from './fit.js';
export * from './scene/typeface.js';
export const textHeight: any = () => 18;
export const shrinkImage: any = (image: any) => image;
