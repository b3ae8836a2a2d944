/** What the launcher does where it found no compiled copy: dependencies, then a copy, in the first place that can be written. */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compile, launchedModules } from './compile.mjs';
import { INSTALL_COMMAND, installDependencies, isInstalled, isOurs } from './install.mjs';
import { interruptOnSignals } from './interruption.mjs';
import { LauncherError } from './launcher-error.mjs';
import { sourceDigest } from './sources.mjs';

const CANNOT_WRITE = new Set('EACCES EPERM EROFS ENOSPC EDQUOT EFBIG ENOTDIR EEXIST'.split(' '));
const DAY_MS = 24 * 60 * 60 * 1000;

/** Where a package brings its compiled copy, and the digest of what that was made from. */
export const packedCopy = (/** @type {string} */ skill) => join(skill, 'compiled');
export const DIGEST = 'sources.sha256';

/** @typedef {(module: string) => Promise<any>} Load */

/**
 * @param {object} places
 * @param {string} places.skill
 * @param {readonly string[]} places.roots folders whose `node_modules` we may make, best first; the skill's is the first
 * @param {readonly string[]} places.copies where a copy may lie, one for each root
 * @returns {Promise<Load>}
 */
export async function prepare({ skill, roots, copies }) {
  const interruption = interruptOnSignals();
  const { signal } = interruption;
  try {
    const load = await makeReady({ skill, roots, copies, signal });
    signal.throwIfAborted();
    return load;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    interruption.stop();
  }
}

/**
 * @param {{ skill: string, roots: readonly string[], copies: readonly string[], signal: AbortSignal }} places
 * @returns {Promise<Load>}
 */
async function makeReady({ skill, roots, copies, signal }) {
  const packed = packedCopy(skill);
  if (isBuiltFrom(packed, skill)) {
    firstWritable(copies, (copy) => rememberPacked(packed, copy));
    return loaderOf(packed);
  }
  const modules = await provideDependencies(skill, roots, signal);
  for (const copy of copies) {
    if (await compiled(skill, modules, copy)) return loaderOf(copy);
  }
  return sourceLoader(skill, modules);
}

/** @param {string} folder @returns {Load} */
function loaderOf(folder) {
  return (module) => import(pathToFileURL(join(folder, `${module}.mjs`)).href);
}

/**
 * A package's own copy, unless somebody changed its sources since.
 * @param {string} packed
 * @param {string} skill
 */
function isBuiltFrom(packed, skill) {
  const digest = join(packed, DIGEST);
  return fs.existsSync(digest) && fs.readFileSync(digest, 'utf8') === sourceDigest(skill);
}

/**
 * So that the next start need not read all sources.
 * @param {string} packed
 * @param {string} copy
 */
function rememberPacked(packed, copy) {
  fs.mkdirSync(dirname(copy), { recursive: true });
  fs.rmSync(copy, { force: true });
  fs.symlinkSync(packed, copy);
  removeOldCopies(copy);
}

/**
 * @param {readonly string[]} places
 * @param {(place: string) => void} write
 */
function firstWritable(places, write) {
  return places.some((place) => {
    try {
      write(place);
      return true;
    } catch (error) {
      if (!cannotWrite(error)) throw error;
      return false;
    }
  });
}

/** @param {unknown} error */
function cannotWrite(error) {
  return CANNOT_WRITE.has(/** @type {NodeJS.ErrnoException} */ (error).code ?? '');
}

/**
 * The root with all dependencies; they are installed where none has them.
 * @param {string} skill
 * @param {readonly string[]} roots
 * @param {AbortSignal} signal
 */
async function provideDependencies(skill, roots, signal) {
  const ready = roots.find((root) => isInstalled(skill, root));
  if (ready !== undefined) return ready;
  if (!isOurs(skill)) throw othersDependencies(skill);
  for (const root of roots) {
    try {
      fs.mkdirSync(root, { recursive: true });
      fs.accessSync(root, fs.constants.W_OK);
    } catch (error) {
      if (cannotWrite(error)) continue;
      throw error;
    }
    await install(skill, root, signal);
    return root;
  }
  throw nowhereToInstall(skill, roots);
}

/** @param {string} skill @param {string} root @param {AbortSignal} signal */
async function install(skill, root, signal) {
  try {
    await installDependencies(skill, root, signal);
  } catch (error) {
    if (error instanceof LauncherError) throw error;
    throw new LauncherError({
      code: 'install-failed',
      message: `The dependencies could not be installed into ${root}: ${messageOf(error)}`,
      hint: `Check that the folder can be written, or run "${INSTALL_COMMAND}" in ${skill} yourself.`,
      exitStatus: 1,
    });
  }
}

/**
 * False where the place cannot be written.
 * @param {string} skill
 * @param {string} modules
 * @param {string} copy
 */
async function compiled(skill, modules, copy) {
  try {
    const entryPoints = launchedModules(skill);
    await compile({ skill, modules, entryPoints, outbase: 'scripts', folder: copy });
    removeOldCopies(copy);
    return true;
  } catch (error) {
    if (cannotWrite(error)) return false;
    throw /could not be found, and is needed by esbuild|for another platform/.test(messageOf(error))
      ? incompleteDependencies(skill, modules)
      : error;
  }
}

/** @param {string} current */
function removeOldCopies(current) {
  const folder = dirname(current);
  for (const entry of fs.readdirSync(folder)) {
    const copy = join(folder, entry);
    const stat = fs.lstatSync(copy, { throwIfNoEntry: false });
    if (copy === current || stat === undefined || Date.now() - stat.mtimeMs < DAY_MS) continue;
    fs.rmSync(copy, { recursive: true, force: true });
  }
}

/**
 * The source itself, compiled anew at every start: for places in which nothing can be written.
 * @param {string} skill
 * @param {string} modules
 * @returns {Promise<Load>}
 */
async function sourceLoader(skill, modules) {
  const require = createRequire(join(modules, 'package.json'));
  // The form for import; require() finds the other one beside it.
  const api = join(dirname(require.resolve('tsx/esm/api')), 'index.mjs');
  const { register } = await import(pathToFileURL(api).href);
  register({ tsconfig: join(skill, 'tsconfig.json') });
  return (module) => import(pathToFileURL(join(skill, 'scripts', `${module}.ts`)).href);
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/** @param {string} skill */
function othersDependencies(skill) {
  return new LauncherError({
    code: 'outdated-dependencies',
    message: `${join(skill, 'node_modules')} does not hold the versions that package.json names, and was not made by this launcher.`,
    hint: `Run "npm ci" in ${skill}, then the same command again.`,
    exitStatus: 3,
  });
}

/** @param {string} skill @param {string} root */
function incompleteDependencies(skill, root) {
  return new LauncherError({
    code: 'incomplete-dependencies',
    message: `The dependencies in ${join(root, 'node_modules')} lack esbuild's program for ${process.platform}-${process.arch}: they were installed for another machine, or with npm settings such as optional=false, omit or cpu.`,
    hint: `Remove ${join(root, 'node_modules')} and run the same command again, or run "${INSTALL_COMMAND}" in ${skill}.`,
    exitStatus: 3,
  });
}

/** @param {string} skill @param {readonly string[]} roots */
function nowhereToInstall(skill, roots) {
  return new LauncherError({
    code: 'cannot-write',
    message: `The dependencies of this skill are not installed, and neither of these folders can be written: ${roots.join(', ')}.`,
    hint: `Set XDG_CACHE_HOME to a folder that can be written and run the same command again, or have "${INSTALL_COMMAND}" run in ${skill}.`,
    exitStatus: 1,
  });
}
