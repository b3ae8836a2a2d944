/** Installs the dependencies at the first use: with npm, in a folder beside their place, whole or not at all. */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { moveIntoPlace } from './compile.mjs';
import { LauncherError } from './launcher-error.mjs';

/** The beginning of the names of folders in which dependencies are made ready; the process id follows. */
const STAGING = '.mm-install-';
/** Nobody waits longer for another process to install. */
const INSTALL_LIMIT_MS = 10 * 60 * 1000;
/** Whatever a user's own configuration says of these, it is meant for other projects. */
const NPM_FLAGS = [
  '--omit=dev',
  '--include=prod',
  '--include=optional',
  `--os=${process.platform}`,
  `--cpu=${process.arch}`,
  '--location=project',
  '--global=false',
  '--workspaces=false',
  '--install-strategy=hoisted',
  '--package-lock=true',
  '--package-lock-only=false',
  '--dry-run=false',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

/** The same as words, for people. */
export const INSTALL_COMMAND = `npm ci --omit=dev --include=optional --os=${process.platform} --cpu=${process.arch}`;

/**
 * Whether all dependencies are there in the versions that the skill names: below the given folder, or where npm puts
 * those of a package that is a dependency itself.
 * @param {string} skill
 * @param {string} root what holds `node_modules`
 */
export function isInstalled(skill, root) {
  const folders = [join(root, 'node_modules')];
  if (root === skill && basename(dirname(skill)) === 'node_modules') folders.push(dirname(skill));
  return Object.entries(readJson(join(skill, 'package.json')).dependencies).every(
    ([name, version]) => {
      const file = folders
        .map((folder) => join(folder, name, 'package.json'))
        .find((candidate) => fs.existsSync(candidate));
      return file !== undefined && readJson(file).version === version;
    },
  );
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(fs.readFileSync(file, 'utf8'));
}

/**
 * Installs the skill's dependencies below a folder; a process that does the same at the same time is waited for.
 * @param {string} skill
 * @param {string} root what shall hold `node_modules`
 * @param {AbortSignal} signal
 * @throws LauncherError, or the disk's error where nothing can be written
 */
export async function installDependencies(skill, root, signal) {
  const modules = join(root, 'node_modules');
  const mark = join(modules, '.mm-installed');
  const staging = join(root, `${STAGING}${process.pid}`);
  try {
    fs.mkdirSync(staging, { recursive: true });
    if (await someoneElseInstalls(skill, root, signal)) return;
    process.stderr.write(`First use: installing the dependencies into ${root} (npm) ...\n`);
    for (const file of ['package.json', 'package-lock.json', '.npmrc'])
      if (fs.existsSync(join(skill, file))) fs.copyFileSync(join(skill, file), join(staging, file));
    await runNpm(skill, staging, signal);
    fs.writeFileSync(join(staging, 'node_modules', basename(mark)), '');
    if (fs.existsSync(modules) && !isInstalled(skill, root)) setAside(modules, staging);
    moveIntoPlace(join(staging, 'node_modules'), modules);
  } finally {
    fs.rmSync(staging, { recursive: true, force: true });
  }
}

/**
 * Dependencies of an earlier version of the skill, or a cache folder alone, make room.
 * @param {string} modules
 * @param {string} staging
 */
function setAside(modules, staging) {
  fs.renameSync(modules, join(staging, 'outdated'));
}

/**
 * What lies in `node_modules` and was not put there by the launcher is somebody else's.
 * @param {string} root
 */
export function isOurs(root) {
  const modules = join(root, 'node_modules');
  if (!fs.existsSync(modules) || fs.existsSync(join(modules, '.mm-installed'))) return true;
  return fs.readdirSync(modules).every((entry) => entry === '.cache');
}

/**
 * When several scripts start for the first time at once, the one with the lowest process id installs and the others
 * wait for it. (If two think so of themselves, both install, and the rename lets one win: slower, never wrong.)
 * @param {string} skill
 * @param {string} root
 * @param {AbortSignal} signal
 */
async function someoneElseInstalls(skill, root, signal) {
  for (;;) {
    signal.throwIfAborted();
    const others = otherInstallers(root);
    for (const { folder } of others.filter(({ alive }) => !alive))
      fs.rmSync(folder, { recursive: true, force: true });
    if (isInstalled(skill, root)) return true;
    if (!others.some(({ pid, alive, fresh }) => alive && fresh && pid < process.pid)) return false;
    await sleep(200);
  }
}

/**
 * Whoever else has begun to install. A folder that is not fresh was left by a process whose id another has now.
 * @param {string} root
 */
function otherInstallers(root) {
  return fs.readdirSync(root).flatMap((entry) => {
    const pid = entry.startsWith(STAGING) ? Number(entry.slice(STAGING.length)) : process.pid;
    const folder = join(root, entry);
    const made = fs.statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
    if (pid === process.pid || made === undefined) return [];
    return [{ pid, folder, alive: isAlive(pid), fresh: Date.now() - made < INSTALL_LIMIT_MS }];
  });
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === 'EPERM';
  }
}

/**
 * @param {string} skill
 * @param {string} folder
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
function runNpm(skill, folder, signal) {
  // A package has no lock file: its manifest names exact versions.
  const command = fs.existsSync(join(folder, 'package-lock.json')) ? 'ci' : 'install';
  return new Promise((resolve, reject) => {
    const npm = spawn('npm', [command, ...NPM_FLAGS], {
      cwd: folder,
      stdio: ['ignore', 2, 'pipe'],
    });
    let said = '';
    npm.stderr?.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-4000);
      process.stderr.write(chunk);
    });
    signal.addEventListener('abort', () => npm.kill());
    npm.on('error', () => reject(npmMissing(skill)));
    npm.on('close', (code) => {
      if (signal.aborted) reject(signal.reason);
      else if (code === 0) resolve();
      else reject(npmFailed(skill, code, said));
    });
  });
}

/** @param {string} skill */
function npmMissing(skill) {
  return new LauncherError({
    code: 'missing-program',
    message: 'npm was not found; it is needed once, to install the dependencies of this skill.',
    hint: `Install npm (it comes with Node), or copy a node_modules folder made elsewhere with "${INSTALL_COMMAND}" into ${skill}.`,
    exitStatus: 4,
  });
}

/**
 * @param {string} skill
 * @param {number | null} code
 * @param {string} said
 */
function npmFailed(skill, code, said) {
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ENOTCACHED/.test(said);
  const missing = /\bE40[134]\b|ETARGET|EINTEGRITY/.test(said);
  const settings =
    'Its registry and its cache are those of your npm configuration: "npm config list" shows them';
  return new LauncherError({
    code: offline ? 'no-network' : 'install-failed',
    message: offline
      ? 'The npm registry could not be reached, and this skill needs it once, on first use.'
      : missing
        ? 'The npm registry did not give all packages that this skill needs; what npm said is on stderr.'
        : `npm ended with exit status ${code}; what it said is on stderr.`,
    hint: `${settings}. Connect to the network or mend them and run the same command again, or run "${INSTALL_COMMAND}" in ${skill} yourself (with --registry=URL for another registry).`,
    exitStatus: 1,
  });
}
