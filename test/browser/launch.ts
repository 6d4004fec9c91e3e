import { type Browser, chromium, type Page } from 'playwright-core';
import { unpackChromium } from './unpack';

/**
 * WebGPU on SwiftShader. Without `--enable-unsafe-swiftshader` and `--disable-gpu-watchdog` the GPU process dies under load ("A valid
 * external Instance reference no longer exists"). 2D canvases stay on the CPU: on a busy machine about one page in a hundred waited for
 * ever in its first `getImageData`, renderer and GPU process both asleep on a lock.
 */
const softwareWebGPU = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--use-vulkan=swiftshader',
  '--disable-gpu-watchdog',
  '--disable-accelerated-2d-canvas',
];
/** `getUserMedia` gives a moving test picture and asks nobody. */
const fakeCamera = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

export interface LaunchOptions {
  /** Further command line flags. */
  readonly args?: readonly string[];
}

/**
 * Starts a headless Chromium with WebGPU that needs nothing installed: by default the one `@sparticuz/chromium` ships, on its software
 * driver and with a fake camera. Set ACTIVATION_LENS_CHROMIUM to the path of another Chromium to use that one and the machine's own GPU, and
 * ACTIVATION_LENS_CHROMIUM_FLAGS to what it needs for that besides.
 * Rejects when it cannot start; close it with `browser.close()`.
 */
export async function launch({ args = [] }: LaunchOptions = {}): Promise<Browser> {
  const own = process.env.ACTIVATION_LENS_CHROMIUM;
  if (own !== undefined) {
    const more = process.env.ACTIVATION_LENS_CHROMIUM_FLAGS?.split(' ') ?? [];
    const flags = ['--enable-unsafe-webgpu', '--enable-features=Vulkan', ...fakeCamera, ...more, ...args];
    return chromium.launch({ executablePath: own, headless: true, args: flags });
  }
  const { executable, libraries, fonts, vulkanDriver } = unpackChromium({ browser: true });
  return chromium.launch({
    executablePath: executable,
    headless: true,
    chromiumSandbox: false,
    args: [...softwareWebGPU, ...fakeCamera, '--no-zygote', ...args],
    env: {
      ...(process.env as Record<string, string>),
      LD_LIBRARY_PATH: [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
      FONTCONFIG_PATH: fonts,
      VK_ICD_FILENAMES: vulkanDriver,
    },
  });
}

/** `launch()`, or why it cannot: a test file skips itself with `describe.skipIf(!browser)` after printing the reason. */
export async function tryLaunch(
  options?: LaunchOptions,
): Promise<{ browser: Browser; reason?: undefined } | { browser: null; reason: string }> {
  try {
    return { browser: await launch(options) };
  } catch (error) {
    const reason = `no browser could be started: ${(error as Error).message.split('\n')[0]}`;
    if (process.env.ACTIVATION_LENS_REQUIRE_GPU) throw new Error(reason, { cause: error });
    process.stderr.write(`SKIPPED ${reason}\n`);
    return { browser: null, reason };
  }
}

/** Collects what a page says on its console and what it throws; `check()` throws if there was an error or a warning. */
export function watchConsole(page: Page, { allow = [] }: { allow?: readonly RegExp[] } = {}): { lines: string[]; check(): void } {
  const lines: string[] = [];
  const bad: string[] = [];
  const note = (kind: string, text: string) => {
    lines.push(`${kind}: ${text}`);
    if (kind !== 'log' && kind !== 'info' && kind !== 'debug' && !allow.some((pattern) => pattern.test(text))) bad.push(`${kind}: ${text}`);
  };
  page.on('console', (message) => note(message.type(), message.text()));
  page.on('pageerror', (error) => note('pageerror', error.stack ?? error.message));
  return {
    lines,
    check() {
      if (bad.length > 0) throw new Error(`The page reported:\n${bad.join('\n')}`);
    },
  };
}

/**
 * Calls a function that an ES module of the page exports, with plain data both ways. (vitest rewrites `import()`, so that one written
 * inside `page.evaluate` does not reach the page as it is.)
 */
export function callIn(page: Page, module: string, name: string, ...args: unknown[]): Promise<unknown> {
  return page.evaluate(`import(${JSON.stringify(module)}).then((module) => module[${JSON.stringify(name)}](...${JSON.stringify(args)}))`);
}
