import type { Failure, FromWorker, Progress, RequestKind, Requests, ToWorker } from './protocol';

/** What went wrong in the worker, as a sentence to show. */
export class EngineError extends Error {
  readonly code: string;

  constructor({ code, message }: Failure) {
    super(message);
    this.code = code;
  }
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  readonly transfer?: readonly Transferable[] | undefined;
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: unknown): void;
  onProgress?: ((progress: Progress) => void) | undefined;
}

const cancelled = () => new EngineError({ code: 'aborted', message: 'It was cancelled.' });

/** The model and its pictures, in a worker: whatever they compute, the page scrolls on. */
export class Engine {
  private readonly worker = new Worker(new URL('./worker/worker.ts', import.meta.url), { type: 'module', name: 'activation-lens' });
  private readonly waiting = new Map<number, Waiting>();
  private last = 0;

  constructor() {
    this.worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => {
      const request = this.waiting.get(data.id);
      if (!request) return;
      if ('progress' in data) {
        request.onProgress?.(data.progress);
        return;
      }
      this.waiting.delete(data.id);
      if ('failure' in data) request.reject(new EngineError(data.failure));
      else request.resolve(data.result);
    });
    this.worker.addEventListener('error', (event) => {
      const failure = {
        code: 'unexpected',
        message: `The worker that computes has stopped (${event.message || 'no reason was given'}). Reload the page.`,
      };
      for (const { reject } of this.waiting.values()) reject(new EngineError(failure));
      this.waiting.clear();
    });
  }

  call<K extends RequestKind>(kind: K, args: Requests[K]['args'], options: CallOptions = {}): Promise<Requests[K]['result']> {
    const { signal, onProgress, transfer = [] } = options;
    if (signal?.aborted) return Promise.reject(cancelled());
    const id = ++this.last;
    return new Promise<Requests[K]['result']>((resolve, reject) => {
      this.waiting.set(id, { resolve: (result) => resolve(result as Requests[K]['result']), reject, onProgress });
      signal?.addEventListener(
        'abort',
        () => {
          if (!this.waiting.delete(id)) return;
          this.worker.postMessage({ id, kind: 'cancel' } satisfies ToWorker);
          reject(cancelled());
        },
        { once: true },
      );
      this.worker.postMessage({ id, kind, args } as ToWorker, [...transfer]);
    });
  }
}
