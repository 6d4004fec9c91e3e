import type { FrameSource } from './frame';

/**
 * Resolves when the source shows its next frame: a playing video's own, otherwise the page's. Where nothing tells, or when `atMost`
 * milliseconds have gone by (default 250, for a video that stands still), a timer does.
 */
export function nextFrame(source: FrameSource, atMost = 250): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, atMost);
    function done() {
      clearTimeout(timer);
      resolve();
    }
    if ('requestVideoFrameCallback' in source && !source.paused) source.requestVideoFrameCallback(done);
    else if (typeof requestAnimationFrame === 'function') requestAnimationFrame(done);
  });
}
