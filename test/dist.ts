import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LOCK = `${ROOT}node_modules/.activation-lens-building`;

/** Builds dist/ unless it is newer than every source. Test files run side by side, so that one builds and the others wait. */
export async function ensureDist(): Promise<void> {
  for (;;) {
    if (isFresh()) return;
    try {
      mkdirSync(LOCK);
      break;
    } catch {
      if (Date.now() - statSync(LOCK, { throwIfNoEntry: false })!.mtimeMs > 120_000) rmSync(LOCK, { recursive: true, force: true });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  try {
    execFileSync(process.execPath, [`${ROOT}node_modules/tsup/dist/cli-default.js`, '--no-dts', '--silent'], { cwd: ROOT, stdio: 'pipe' });
  } finally {
    rmSync(LOCK, { recursive: true, force: true });
  }
}

function isFresh(): boolean {
  const built = statSync(`${ROOT}dist/platform/browser.cjs`, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const sources = readdirSync(`${ROOT}src`, { recursive: true, encoding: 'utf8' }).map((file) => statSync(`${ROOT}src/${file}`).mtimeMs);
  const locked = statSync(LOCK, { throwIfNoEntry: false }) !== undefined;
  return !locked && built > Math.max(...sources, statSync(`${ROOT}tsup.config.ts`).mtimeMs);
}
