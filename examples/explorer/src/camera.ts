import { byId } from './dom';

/** Hands frames of the camera over, each when the one before has been dealt with: slow networks see fewer, never a queue. */
export class Camera {
  private readonly video = byId<HTMLVideoElement>('video');
  private stream: MediaStream | undefined;

  get on(): boolean {
    return this.stream !== undefined;
  }

  async start(onFrame: (frame: ImageBitmap) => Promise<void>): Promise<void> {
    if (!navigator.mediaDevices) throw new Error('This page has no access to a camera: it needs https, or localhost.');
    const stream = await navigator.mediaDevices
      .getUserMedia({ video: { facingMode: 'environment', width: { ideal: 640 } } })
      .catch((error: Error) => {
        const why =
          error.name === 'NotAllowedError'
            ? 'The browser was told not to allow it.'
            : error.name === 'NotFoundError'
              ? 'There is none.'
              : error.message;
        throw new Error(`The camera could not be opened. ${why}`);
      });
    this.stream = stream;
    const { video } = this;
    video.srcObject = stream;
    await video.play();
    void this.loop(stream, onFrame);
  }

  /** What it shows now. */
  async frame(): Promise<ImageBitmap | undefined> {
    return this.video.readyState >= 2 ? createImageBitmap(this.video) : undefined;
  }

  stop(): void {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = undefined;
    this.video.srcObject = null;
  }

  private async loop(stream: MediaStream, onFrame: (frame: ImageBitmap) => Promise<void>): Promise<void> {
    while (this.stream === stream) {
      const frame = await this.frame();
      if (frame) await onFrame(frame);
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
  }
}
