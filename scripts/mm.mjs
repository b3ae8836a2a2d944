#!/usr/bin/env node
// The launcher. Plain Node without dependencies, because it is what installs them: on first use it runs `npm ci` in the
// skill's own folder, compiles the scripts once (start-up is then half of what it is through tsx), and starts them in
// this very process. Nothing of the current directory counts: no tsconfig.json, no node_modules, no link.
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
/** The beginning of the names of folders in which dependencies are made ready; the process id follows. */
const STAGING = '.mm-install-';
/** Nobody waits longer for another process to install. */
const INSTALL_LIMIT_MS = 10 * 60 * 1000;
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
  const load = await loader();
  if (names.includes(script)) {
    const [{ main }, module] = await Promise.all([load('lib/script'), load(script)]);
    return main(module.default, words);
  }
  const { listScripts } = await load('lib/list-scripts');
  const scripts = await Promise.all(names.map(async (it) => (await load(it)).default));
  return listScripts(script, scripts);
}

/** Loads the compiled modules; where none can be written, the source itself, compiled anew at every start. */
async function loader() {
  const compiled = await compiledFolder();
  if (compiled !== null) return (module) => importFile(join(compiled, `${module}.mjs`));
  const { register } = await importFile(join(modules, 'tsx', 'dist', 'esm', 'api', 'index.mjs'));
  register({ tsconfig: join(skill, 'tsconfig.json') });
  return (module) => importFile(join(scriptsFolder, `${module}.ts`));
}

function importFile(path) {
  return import(pathToFileURL(path).href);
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
  let facts = process.versions.node;
  // The sample of the demo is copied, not compiled.
  const files = fs
    .readdirSync(scriptsFolder, { recursive: true })
    .filter((it) => /\.(ts|mjs)$/.test(it));
  for (const file of [...files, '../package-lock.json']) {
    const { mtimeMs, size } = fs.statSync(`${scriptsFolder}/${file}`);
    facts += `\n${file} ${mtimeMs} ${size}`;
  }
  return createHash('sha256').update(facts).digest('hex').slice(0, 16);
}

async function compile(folder) {
  const esbuild = (await importFile(join(modules, 'esbuild', 'lib', 'main.js'))).default;
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
    // Names stay, for stack traces; what is not there need not be parsed at every start.
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
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
    // mkdtemp makes it for its maker alone; others of the machine may use the same skill.
    fs.chmodSync(unfinished, 0o755);
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

/** Makes sure that the dependencies are there in the versions that this skill names. */
async function installDependencies() {
  if (isInstalled()) return;
  if (fs.existsSync(modules) && !fs.existsSync(installMark())) {
    throw new LauncherError({
      code: 'outdated-dependencies',
      message: `${modules} does not hold the versions that package.json names, and was not made by this launcher.`,
      hint: `Run "npm ci" in ${skill}, then the same command again.`,
      exitStatus: 3,
    });
  }
  const staging = join(skill, `${STAGING}${process.pid}`);
  const interruption = interruptOnSignals();
  try {
    fs.mkdirSync(staging, { recursive: true });
    if (await someoneElseInstalls(interruption.signal)) return;
    process.stderr.write(`First use: installing the dependencies of ${skill} (npm ci) ...\n`);
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
      if (fs.existsSync(join(skill, file))) fs.copyFileSync(join(skill, file), join(staging, file));
    }
    await npmCi(staging, interruption.signal);
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
    interruption.stop();
  }
}

/** An installation is given up in order: npm ended, nothing half made left, and said in JSON. */
function interruptOnSignals() {
  const controller = new AbortController();
  const handlers = Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }).map(
    ([signal, exitStatus]) => {
      const message = `Interrupted by ${signal}, before the dependencies were installed.`;
      const hint = 'Run the same command again.';
      const reason = new LauncherError({ code: 'interrupted', message, hint, exitStatus });
      return [signal, () => controller.abort(reason)];
    },
  );
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return {
    signal: controller.signal,
    stop: () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
    },
  };
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
async function someoneElseInstalls(signal) {
  for (;;) {
    signal.throwIfAborted();
    const others = otherInstallers();
    for (const { folder } of others.filter(({ alive }) => !alive)) {
      fs.rmSync(folder, { recursive: true, force: true });
    }
    if (isInstalled()) return true;
    if (!others.some(({ pid, alive, fresh }) => alive && fresh && pid < process.pid)) return false;
    await sleep(200);
  }
}

/** Whoever else has begun to install. A folder that is not fresh was left by a process whose id another has now. */
function otherInstallers() {
  return fs.readdirSync(skill).flatMap((entry) => {
    const pid = entry.startsWith(STAGING) ? Number(entry.slice(STAGING.length)) : process.pid;
    const folder = join(skill, entry);
    const made = fs.statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
    if (pid === process.pid || made === undefined) return [];
    return [{ pid, folder, alive: isAlive(pid), fresh: Date.now() - made < INSTALL_LIMIT_MS }];
  });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function npmCi(folder, signal) {
  const { spawn } = await import('node:child_process');
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
    signal.addEventListener('abort', () => npm.kill());
    npm.on('error', () => reject(npmMissing()));
    npm.on('close', (code) => {
      if (signal.aborted) reject(signal.reason);
      else if (code === 0) resolve();
      else reject(installFailed(code, said));
    });
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
