/** Runs in a page of test/input/browser.test.ts: the library's sources, with the browser's platform. */
import { type ColorMode, type ImageSource, type LoadImageOptions, loadImage } from '../../src/input';
import { encodePNG } from '../../src/png/encode';

interface Case {
  readonly file: string;
  readonly colorMode: ColorMode;
  readonly width: number;
  readonly height: number;
  readonly offset: number;
  readonly length: number;
  readonly options?: LoadImageOptions;
}

const folder = '/fixtures/images';

/** Every case of pixels.json whose bytes are not Keras', as 'file mode: how many differ, the largest difference'. */
export async function compareWithGoldens(): Promise<{ cases: number; different: string[] }> {
  const cases = (await (await fetch(`${folder}/pixels.json`)).json()) as Case[];
  const bin = new Uint8Array(await (await fetch(`${folder}/pixels.bin`)).arrayBuffer());
  const different: string[] = [];
  for (const { file, colorMode, width, height, offset, length, options } of cases) {
    const image = await loadImage(`${folder}/files/${file}`, { ...options, colorMode });
    const expected = bin.subarray(offset, offset + length);
    const actual = new Uint8Array(image.data.buffer, image.data.byteOffset, image.data.byteLength);
    let count = actual.length === expected.length && image.width === width && image.height === height ? 0 : -1;
    let most = 0;
    for (let i = 0; count >= 0 && i < expected.length; i++) {
      const difference = Math.abs(actual[i]! - expected[i]!);
      if (difference > 0) count++;
      most = Math.max(most, difference);
    }
    if (count !== 0) different.push(`${file} ${colorMode} ${JSON.stringify(options ?? {})}: ${count}, ${most}`);
  }
  return { cases: cases.length, different };
}

/** The RGB bytes of rgb8.png by way of everything that a page can draw. */
export async function readDrawables(): Promise<Record<string, number[] | string>> {
  const url = `${folder}/files/rgb8.png`;
  const element = Object.assign(new Image(), { src: url });
  await element.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: element.naturalWidth, height: element.naturalHeight });
  const context = canvas.getContext('2d')!;
  context.drawImage(element, 0, 0);
  const offscreen = new OffscreenCanvas(canvas.width, canvas.height);
  offscreen.getContext('2d')!.drawImage(element, 0, 0);
  const blob = await (await fetch(url)).blob();
  const bitmap = await createImageBitmap(blob);
  const frame = new VideoFrame(canvas, { timestamp: 0 });
  const closed = await createImageBitmap(blob);
  closed.close();
  const sources: Record<string, ImageSource> = {
    'image element': element,
    'image element that is still loading': Object.assign(new Image(), { src: `${url}?again` }),
    canvas,
    OffscreenCanvas: offscreen,
    ImageBitmap: bitmap,
    ImageData: context.getImageData(0, 0, canvas.width, canvas.height),
    VideoFrame: frame,
    Blob: blob,
    File: new File([blob], 'a.jpg'),
    URL: new URL(url, location.href),
    'relative URL': url,
    'object URL': URL.createObjectURL(blob),
    bytes: await blob.arrayBuffer(),
    'closed ImageBitmap': closed,
    'broken image element': Object.assign(new Image(), { src: 'data:image/png;base64,AAAA' }),
    'empty canvas': Object.assign(document.createElement('canvas'), { width: 0 }),
    'video without a frame': document.createElement('video'),
    'missing file': '/nothing.jpg',
  };
  const results: Record<string, number[] | string> = {};
  for (const [name, source] of Object.entries(sources)) {
    results[name] = await loadImage(source).then(
      (image) => [...image.data],
      (error) => `${error.code}: ${error.message}`,
    );
  }
  // Reading has closed nothing.
  results.afterwards = `${bitmap.width} ${frame.displayWidth}`;
  frame.close();
  return results;
}

/** What reading a picture of another origin says: with and without its server's leave. */
export async function readForeign(url: string): Promise<string[]> {
  const element = Object.assign(new Image(), { src: url });
  await element.decode();
  const messages: string[] = [];
  for (const source of [element, url]) await loadImage(source).catch((error) => messages.push(`${error.code}: ${error.message}`));
  return messages;
}

/** One frame of the camera, its size and how many colours it has. */
export async function readCamera(): Promise<{ width: number; height: number; colors: number }> {
  const video = document.createElement('video');
  video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
  await video.play();
  const { width, height, data } = await loadImage(video, { size: [60, 80], interpolation: 'bilinear' });
  for (const track of (video.srcObject as MediaStream).getTracks()) track.stop();
  return { width, height, colors: new Set(data).size };
}

/** A picture written as PNG here and read back. */
export async function roundTrip(): Promise<{ file: number[]; same: boolean }> {
  const source = await loadImage(`${folder}/files/rgba8.png`, { colorMode: 'rgba' });
  const file = await encodePNG(source);
  const back = await loadImage(file, { colorMode: 'rgba' });
  return { file: [...file], same: back.data.every((value, i) => value === source.data[i]) };
}
