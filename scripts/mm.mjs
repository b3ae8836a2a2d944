#!/usr/bin/env node
// The launcher. Plain Node without dependencies, because it is what installs them: on first use it runs `npm ci` in the
// skill's own folder, compiles the scripts once (start-up is then half of what it is through tsx), and starts them in
// this very process. Nothing of the current directory counts: no tsconfig.json, no node_modules, no link.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';

const skill = dirname(dirname(fs.realpathSync(fileURLToPath(import.meta.url))));
const scriptsFolder = join(skill, 'scripts');
const modules = join(skill, 'node_modules');
const cache = join(modules, '.cache', 'multi-model-execute');
const manifest = JSON.parse(fs.readFileSync(join(skill, 'package.json'), 'utf8'));
const CANNOT_WRITE = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'EFBIG',
  'ENOTDIR',
  'EEXIST',
]);
const DAY_MS = 24 * 60 * 60 * 1000;

const [name = '', ...argv] = process.argv.slice(2);

class LauncherError extends Error {
  constructor({ code, message, hint, exitStatus }) {
    super(message);
    Object.assign(this, { code, hint, exitStatus });
  }
}

try {
  assertNode();
  await start(name, argv);
} catch (error) {
  fail(error instanceof LauncherError ? error : unexpected(error));
}

async function start(script, words) {
  const names = scriptNames();
  const compiled = await compiledFolder();
  if (compiled === null) return runThroughTsx(script, words);
  const load = (file) => import(pathToFileURL(join(compiled, file)).href);
  if (names.includes(script)) {
    const [{ main }, module] = await Promise.all([load('lib/script.mjs'), load(`${script}.mjs`)]);
    return main(module.default, words);
  }
  const { listScripts } = await load('lib/list-scripts.mjs');
  const scripts = await Promise.all(names.map(async (it) => (await load(`${it}.mjs`)).default));
  return listScripts(script, scripts);
}

function scriptNames() {
  return fs
    .readdirSync(scriptsFolder)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3))
    .sort();
}

function assertNode() {
  const wanted = manifest.engines.node.replace('>=', '');
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw new LauncherError({
    code: 'old-node',
    message: `This is Node ${process.versions.node}; ${wanted} or newer is needed.`,
    hint: 'Install a newer Node (https://nodejs.org, or your node manager), then run the same command again.',
    exitStatus: 4,
  });
}

/** The folder with the compiled scripts, made when they have changed; null where nothing can be written there. */
async function compiledFolder() {
  const folder = join(cache, sourceKey());
  if (fs.existsSync(folder)) return folder;
  await installDependencies();
  try {
    await compile(folder);
    return folder;
  } catch (error) {
    if (!CANNOT_WRITE.has(error.code)) throw error;
    return null;
  }
}

/** Changes whenever a script, a dependency or the Node version changes. */
function sourceKey() {
  const hash = createHash('sha256').update(process.versions.node);
  const files = fs
    .readdirSync(scriptsFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
  for (const file of [...files, join(skill, 'package-lock.json')].sort()) {
    const { mtimeMs, size } = fs.statSync(file);
    hash.update(`${file}\0${mtimeMs}\0${size}\0`);
  }
  return hash.digest('hex').slice(0, 16);
}

async function compile(folder) {
  const esbuild = (await import(pathToFileURL(join(modules, 'esbuild', 'lib', 'main.js')).href))
    .default;
  const { outputFiles } = await esbuild.build({
    absWorkingDir: skill,
    entryPoints: [
      ...scriptNames().map((it) => join('scripts', `${it}.ts`)),
      join('scripts', 'lib', 'script.ts'),
      join('scripts', 'lib', 'list-scripts.ts'),
    ],
    outbase: 'scripts',
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    tsconfig: join(skill, 'tsconfig.json'),
    // Dependencies in CommonJS ask for Node's own modules with require().
    banner: {
      js: "import { createRequire as mmRequire } from 'node:module'; const require = mmRequire(import.meta.url);",
    },
    logLevel: 'silent',
    write: false,
  });
  await esbuild.stop();
  writeWhole(folder, outputFiles);
  removeOldCopies(folder);
}

/** Writes the files beside their place, then renames the folder: others see the whole or nothing. */
function writeWhole(folder, files) {
  fs.mkdirSync(cache, { recursive: true });
  const unfinished = fs.mkdtempSync(join(cache, 'unfinished-'));
  try {
    for (const { path, contents } of files) {
      const file = join(unfinished, relative(folder, path));
      fs.mkdirSync(dirname(file), { recursive: true });
      fs.writeFileSync(file, contents);
    }
    moveIntoPlace(unfinished, folder);
  } finally {
    fs.rmSync(unfinished, { recursive: true, force: true });
  }
}

/** Renames a folder; where somebody else was faster, theirs is as good. */
function moveIntoPlace(from, to) {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(error.code)) throw error;
  }
}

function removeOldCopies(current) {
  for (const entry of fs.readdirSync(cache)) {
    const folder = join(cache, entry);
    if (folder === current || Date.now() - fs.statSync(folder).mtimeMs < DAY_MS) continue;
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The slow way, for a skill folder that cannot be written: every start compiles anew, in memory. */
async function runThroughTsx(script, words) {
  const file = join(scriptsFolder, `${script}.ts`);
  if (!fs.existsSync(file)) {
    throw new LauncherError({
      code: 'unknown-script',
      message: `There is no script "${script}".`,
      hint: `The scripts are: ${scriptNames().join(', ')}.`,
      exitStatus: 2,
    });
  }
  const tsx = pathToFileURL(join(modules, 'tsx', 'dist', 'loader.mjs')).href;
  const child = spawn(process.execPath, ['--import', tsx, file, ...words], {
    stdio: 'inherit',
    env: { ...process.env, TSX_TSCONFIG_PATH: join(skill, 'tsconfig.json') },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }[signal] ?? 1;
  });
}

/** Makes sure that the dependencies are there in the versions that this skill names. */
async function installDependencies() {
  if (isInstalled()) return;
  const own = join(skill, '.mm-install-');
  if (fs.existsSync(modules) && !fs.existsSync(installMark())) {
    throw new LauncherError({
      code: 'outdated-dependencies',
      message: `${modules} does not hold the versions that package.json names, and was not made by this launcher.`,
      hint: `Run "npm ci" in ${skill}, then the same command again.`,
      exitStatus: 3,
    });
  }
  const staging = `${own}${process.pid}`;
  try {
    fs.mkdirSync(staging, { recursive: true });
    if (await someoneElseInstalls()) return;
    process.stderr.write(`First use: installing the dependencies of ${skill} (npm ci) ...\n`);
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
      if (fs.existsSync(join(skill, file))) fs.copyFileSync(join(skill, file), join(staging, file));
    }
    await npmCi(staging);
    fs.writeFileSync(join(staging, 'node_modules', '.mm-installed'), '');
    if (fs.existsSync(modules) && !isInstalled()) fs.renameSync(modules, join(staging, 'outdated'));
    moveIntoPlace(join(staging, 'node_modules'), modules);
  } catch (error) {
    if (error instanceof LauncherError) throw error;
    throw new LauncherError({
      code: 'install-failed',
      message: `The dependencies could not be installed into ${skill}: ${error.message}`,
      hint: `Check that the folder can be written, or run "npm ci --omit=dev" there yourself.`,
      exitStatus: 1,
    });
  } finally {
    fs.rmSync(staging, { recursive: true, force: true });
  }
}

function installMark() {
  return join(modules, '.mm-installed');
}

function isInstalled() {
  return Object.entries(manifest.dependencies).every(([dependency, version]) => {
    const file = join(modules, dependency, 'package.json');
    return fs.existsSync(file) && JSON.parse(fs.readFileSync(file, 'utf8')).version === version;
  });
}

/**
 * When several scripts start for the first time at once, the one with the lowest process id installs and the others
 * wait for it. (If two think so of themselves, both install, and the rename lets one win: slower, never wrong.)
 */
async function someoneElseInstalls() {
  for (;;) {
    const others = fs
      .readdirSync(skill)
      .map((entry) => /^\.mm-install-(\d+)$/.exec(entry)?.[1])
      .filter((pid) => pid !== undefined && Number(pid) < process.pid);
    const waiting = others.some((pid) => isAlive(Number(pid)));
    if (isInstalled()) return true;
    if (!waiting) return false;
    await sleep(200);
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function npmCi(folder) {
  const args = [
    'ci',
    '--omit=dev',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  return new Promise((resolve, reject) => {
    const npm = spawn('npm', args, { cwd: folder, stdio: ['ignore', 2, 'pipe'] });
    let said = '';
    npm.stderr.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-4000);
      process.stderr.write(chunk);
    });
    npm.on('error', () => reject(npmMissing()));
    npm.on('close', (code) => (code === 0 ? resolve() : reject(installFailed(code, said))));
  });
}

function npmMissing() {
  return new LauncherError({
    code: 'missing-program',
    message: 'npm was not found; it is needed once, to install the dependencies of this skill.',
    hint: `Install npm (it comes with Node), or copy a node_modules folder made elsewhere with "npm ci --omit=dev" into ${skill}.`,
    exitStatus: 4,
  });
}

function installFailed(code, said) {
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH/.test(said);
  return new LauncherError({
    code: offline ? 'no-network' : 'install-failed',
    message: offline
      ? 'The npm registry could not be reached, and this skill needs it once, on first use.'
      : `npm ci ended with exit status ${code}; what it said is on stderr.`,
    hint: `Connect to the network and run the same command again, or run "npm ci --omit=dev" in ${skill} yourself.`,
    exitStatus: 1,
  });
}

function unexpected(error) {
  process.stderr.write(`${error?.stack ?? error}\n`);
  return new LauncherError({
    code: 'unexpected',
    message: `The launcher failed: ${error?.message ?? error}`,
    hint: `Remove ${cache} and run the same command again; it is made anew.`,
    exitStatus: 1,
  });
}

/** The contract's failure: one JSON object on stdout, and the exit status. */
function fail({ code, message, hint, exitStatus }) {
  const error = { code, message, hint, details: {} };
  process.stdout.write(
    `${JSON.stringify({ ok: false, schema_version: 1, script: name || 'mm', error })}\n`,
  );
  process.exitCode = exitStatus;
}
