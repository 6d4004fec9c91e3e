/** One tab stop for many buttons: arrow keys move among them. */
export class Roving {
  constructor(
    private readonly root: HTMLElement,
    private readonly selector: string,
    private readonly onMove: (target: HTMLElement) => void = () => {},
  ) {
    root.addEventListener('keydown', (event) => this.key(event));
    root.addEventListener('focusin', ({ target }) => {
      if (target instanceof HTMLElement && target.matches(selector)) this.stop(target);
    });
  }

  /** Makes `target` the one that Tab reaches. */
  stop(target: HTMLElement | null): void {
    for (const other of this.root.querySelectorAll<HTMLElement>(`${this.selector}[tabindex="0"]`)) other.tabIndex = -1;
    if (target) target.tabIndex = 0;
  }

  private key(event: KeyboardEvent): void {
    const { target, key } = event;
    if (!(target instanceof HTMLElement) || !target.matches(this.selector) || event.ctrlKey || event.metaKey || event.altKey) return;
    const all = [...this.root.querySelectorAll<HTMLElement>(this.selector)].filter((element) => element.closest('[hidden]') === null);
    const at = all.indexOf(target);
    const columns = columnsOf(all);
    const steps: Readonly<Record<string, number>> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: columns,
      ArrowUp: -columns,
      Home: -at,
      End: all.length - 1 - at,
      PageDown: columns * 5,
      PageUp: -columns * 5,
    };
    const step = steps[key];
    if (step === undefined) return;
    event.preventDefault();
    const beyond = at + step;
    const next = all[Math.abs(step) > 1 ? Math.min(all.length - 1, Math.max(0, beyond)) : beyond];
    if (!next || next === target) return;
    next.focus();
    next.scrollIntoView({ block: 'nearest' });
    this.onMove(next);
  }
}

/** How many stand in the first row. */
function columnsOf(elements: readonly HTMLElement[]): number {
  const top = elements[0]?.getBoundingClientRect().top;
  let columns = 0;
  while (columns < elements.length && elements[columns]!.getBoundingClientRect().top === top) columns++;
  return Math.max(1, columns);
}
