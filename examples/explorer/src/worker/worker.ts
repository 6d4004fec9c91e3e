/** Answers the page's requests, one after the other; a request that was cancelled while it waited is dropped. */
import { ActivationLensError } from 'activation-lens';
import type { Failure, FromWorker, RequestKind, Requests, ToWorker } from '../protocol';
import { registerBackends } from './backends';
import { Session } from './session';

/** The part of a worker's global scope that is used here; TypeScript's DOM library does not know workers. */
interface WorkerScope {
  postMessage(message: FromWorker, transfer?: readonly Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<ToWorker>) => void): void;
}

type Request = Exclude<ToWorker, { kind: 'cancel' }>;

const scope = globalThis as unknown as WorkerScope;
const session = new Session();
const controllers = new Map<number, AbortController>();
let queue: Promise<void> = Promise.resolve();

scope.addEventListener('message', ({ data }) => {
  if (data.kind === 'cancel') {
    controllers.get(data.id)?.abort();
    return;
  }
  const controller = new AbortController();
  controllers.set(data.id, controller);
  queue = queue.then(async () => {
    try {
      if (controller.signal.aborted) return;
      const result = await answer(data, controller.signal);
      scope.postMessage({ id: data.id, result }, transferables(result));
    } catch (error) {
      scope.postMessage({ id: data.id, failure: toFailure(error) });
    } finally {
      controllers.delete(data.id);
    }
    // Lets a waiting 'cancel' in.
    await new Promise((resolve) => setTimeout(resolve, 0));
  });
});

// Started before anyone asks: the first model is on its way already.
void registerBackends();

function answer({ id, kind, args }: Request, signal: AbortSignal): Promise<Requests[RequestKind]['result']> {
  switch (kind) {
    case 'open':
      return session.open(args, signal, (progress) => scope.postMessage({ id, progress }));
    case 'picture':
      return session.setPicture(args, signal);
    case 'layer':
      return session.layer(args.path, signal);
    case 'sheet':
      return session.sheet(args, signal);
    case 'live':
      return session.startLive(args, signal);
    case 'frame':
      return session.drawFrame(args);
    case 'predict':
      return session.predict();
    case 'export':
      return session.export(args, signal);
  }
}

function transferables(result: Requests[RequestKind]['result']): Transferable[] {
  if ('maps' in result) return result.maps.map(({ buffer }) => buffer as ArrayBuffer);
  if ('sheet' in result) return result.sheet ? [result.sheet.image] : [];
  return 'image' in result ? [result.image] : [];
}

function toFailure(error: unknown): Failure {
  if (error instanceof ActivationLensError) return { code: error.code, message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'unexpected', message: `Something went wrong that should not: ${message}` };
}
