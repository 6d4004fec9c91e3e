import { byId, h } from '../dom';
import { bytes } from '../numbers';
import type { Progress } from '../protocol';

/** Says what went wrong, until it is dismissed or something else succeeds. */
export function alert(message: string): void {
  const box = byId('alert');
  const dismiss = h('button', { type: 'button', class: 'icon', 'aria-label': 'Dismiss' }, '×');
  dismiss.addEventListener('click', clearAlert);
  box.replaceChildren(h('p', {}, message), dismiss);
  box.hidden = false;
}

export function clearAlert(): void {
  const box = byId('alert');
  box.hidden = true;
  box.replaceChildren();
}

/** Work shorter than this needs no bar, in milliseconds. */
const PATIENCE = 200;

/** Shows a bar with a cancel button while `work` goes on. */
export async function withProgress<T>(
  what: string,
  work: (signal: AbortSignal, report: (progress: Progress) => void) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const [box, text, bar] = [byId('progress'), byId('progress-text'), byId<HTMLProgressElement>('progress-bar')];
  const cancel = byId('cancel');
  const stop = () => controller.abort();
  bar.removeAttribute('value');
  text.textContent = what;
  cancel.addEventListener('click', stop);
  const timer = setTimeout(() => {
    box.hidden = false;
  }, PATIENCE);
  try {
    return await work(controller.signal, ({ phase, loaded, total }) => {
      if (total > 0) bar.value = loaded / total;
      else bar.removeAttribute('value');
      const amount = total > 0 ? `${bytes(loaded)} of ${bytes(total)}` : bytes(loaded);
      text.textContent = `${what}: ${phase === 'fetch' ? 'fetching' : 'reading weights'}, ${amount}`;
    });
  } finally {
    clearTimeout(timer);
    box.hidden = true;
    cancel.removeEventListener('click', stop);
  }
}
