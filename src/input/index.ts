/** Pictures from files, URLs, pages and pixels, as Keras loads them, and as tensors. */
export { type ColorMode, type ImageSource, type LoadImageOptions, loadImage } from './load';
export { type ImageToTensorOptions, imageToTensor, type PerChannel } from './tensor';
