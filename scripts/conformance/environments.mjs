/**
 * Python environments with one Keras each. They are made in .cache/conformance/ when first needed; a variable such as
 * ACTIVATION_LENS_PYTHON_TF214 names a Python that has what the requirements file asks for instead.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const CACHE = fileURLToPath(new URL('../../.cache/conformance/', import.meta.url));

/** Python versions each works with, best first. */
const ENVIRONMENTS = {
  keras3: { pythons: ['3.11', '3.12', '3.13'], variable: 'ACTIVATION_LENS_PYTHON' },
  keras310: { pythons: ['3.11', '3.12', '3.10'] },
  keras36: { pythons: ['3.11', '3.12', '3.10'] },
  keras33: { pythons: ['3.11', '3.12', '3.10'] },
  keras30: { pythons: ['3.11', '3.12', '3.10'] },
  tf214: { pythons: ['3.11', '3.10', '3.9'] },
  tf212: { pythons: ['3.10', '3.11', '3.9'] },
  tf29: { pythons: ['3.9', '3.10', '3.8'] },
  tf26: { pythons: ['3.9', '3.8', '3.7'] },
  tf24: { pythons: ['3.8', '3.7', '3.6'] },
  tf23: { pythons: ['3.8', '3.7', '3.6'] },
  keras231: { pythons: ['3.7'] },
  keras224: { pythons: ['3.7'] },
  keras216: { pythons: ['3.7'] },
  keras122: { pythons: ['3.7'] },
  'keras122-theano': { pythons: ['3.7'], settings: { KERAS_BACKEND: 'theano', THEANO_FLAGS: 'floatX=float32' } },
};

/** `{ python, settings }`, or `{ missing }` with what would be needed. Makes the environment when it is not there. */
export function environment(id) {
  const { pythons, variable = `ACTIVATION_LENS_PYTHON_${id.toUpperCase().replaceAll('-', '_')}`, settings = {} } = ENVIRONMENTS[id];
  if (process.env[variable]) return { python: process.env[variable], settings };
  const folder = path.join(CACHE, id);
  const python = path.join(folder, 'bin', 'python');
  if (existsSync(path.join(folder, 'ready'))) return { python, settings };
  const base = pythons.map(findPython).find(Boolean);
  if (!base) return { missing: `Python ${pythons.join(' or ')}` };
  console.error(`Making ${path.relative(process.cwd(), folder)} with ${base} ...`);
  mkdirSync(CACHE, { recursive: true });
  try {
    execFileSync(base, ['-m', 'venv', '--clear', folder], { stdio: 'inherit' });
    const requirements = fileURLToPath(new URL(`requirements/${id}.txt`, import.meta.url));
    execFileSync(python, ['-m', 'pip', 'install', '-q', '--prefer-binary', '-r', requirements], { stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (error) {
    return { missing: `the packages of requirements/${id}.txt (${error.message.split('\n')[0]})` };
  }
  writeFileSync(path.join(folder, 'ready'), '');
  return { python, settings };
}

function findPython(version) {
  const versions = path.join(process.env.PYENV_ROOT ?? path.join(process.env.HOME ?? '', '.pyenv'), 'versions');
  const installed = existsSync(versions) ? readdirSync(versions).filter((name) => name.startsWith(`${version}.`)) : [];
  const candidates = [`python${version}`, 'python3', ...installed.map((name) => path.join(versions, name, 'bin', 'python'))];
  return candidates.find((candidate) => {
    try {
      return execFileSync(candidate, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).startsWith(
        `Python ${version}.`,
      );
    } catch {
      return false;
    }
  });
}

/** Runs one of the scripts in python/; resolves with nothing, or with why it failed. */
export function runPython({ python, settings }, script, args, timeout) {
  const file = fileURLToPath(new URL(`python/${script}.py`, import.meta.url));
  const env = { KERAS_BACKEND: 'tensorflow', TF_CPP_MIN_LOG_LEVEL: '3', PYTHONWARNINGS: 'ignore', ...process.env, ...settings };
  return new Promise((resolve) => {
    execFile(python, [file, ...args], { env, maxBuffer: 1 << 28, timeout }, (error, _stdout, stderr) => {
      resolve(error ? (whyItEnded(error, timeout) ?? `${error.code}: ${stderr.trim().split('\n').slice(-3).join('\n')}`) : undefined);
    });
  });
}

/** Why a child process was ended from outside; undefined when it ended itself. */
export function whyItEnded({ killed, signal }, timeout) {
  if (killed) return `not done after ${timeout / 60_000} minutes`;
  if (signal === 'SIGKILL') return 'killed, as a process is that takes more memory than there is';
  return signal ? `ended by ${signal}` : undefined;
}
