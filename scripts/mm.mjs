#!/usr/bin/env node
// The launcher. Plain Node without dependencies: it finds the compiled copy of the scripts and starts them in this very
// process. Where there is no copy yet, launch/prepare.mjs installs the dependencies and compiles them once. Nothing of
// the current directory counts: no tsconfig.json, no node_modules, no link.
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { copiesIn, rootsOf } from './launch/places.mjs';
import { sourceKey } from './launch/sources.mjs';

const skill = dirname(dirname(fs.realpathSync(fileURLToPath(import.meta.url))));
const [name = '', ...argv] = process.argv.slice(2);

try {
  assertNode();
  await start(name, argv);
} catch (error) {
  fail(error);
}

/** @param {string} script @param {string[]} words */
async function start(script, words) {
  const load = await loader();
  const names = scriptNames();
  if (names.includes(script)) {
    const [{ main }, module] = await Promise.all([load('lib/script'), load(script)]);
    return main(module.default, words);
  }
  const { listScripts } = await load('lib/list-scripts');
  const scripts = await Promise.all(names.map(async (it) => (await load(it)).default));
  return listScripts(script, scripts);
}

/** Loads compiled modules by their names, from the copy that is there or from one that is made now. */
async function loader() {
  const key = sourceKey(skill);
  const roots = rootsOf(skill);
  const copies = roots.map((root) => join(copiesIn(root), key));
  const found = copies.find((copy) => fs.existsSync(copy));
  const prepared = async () =>
    (await import('./launch/prepare.mjs')).prepare({ skill, roots, copies });
  if (found === undefined) return prepared();
  return async (/** @type {string} */ module) => {
    try {
      return await import(pathToFileURL(join(found, `${module}.mjs`)).href);
    } catch (error) {
      throw isPartOf(found, error) ? damaged(found) : error;
    }
  };
}

/** Cleaners of caches take single files away. @param {string} copy @param {any} error */
function isPartOf(copy, error) {
  return error?.code === 'ERR_MODULE_NOT_FOUND' && String(error.message).includes(copy);
}

/** @param {string} copy */
function damaged(copy) {
  fs.rmSync(copy, { recursive: true, force: true });
  return Object.assign(new Error(`The compiled copy in ${copy} was not whole.`), {
    code: 'damaged-cache',
    hint: 'It was removed. Run the same command again: the copy is made anew.',
    exitStatus: 1,
  });
}

function scriptNames() {
  return fs
    .readdirSync(join(skill, 'scripts'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => file.slice(0, -3))
    .sort();
}

function assertNode() {
  const manifest = JSON.parse(fs.readFileSync(join(skill, 'package.json'), 'utf8'));
  const wanted = manifest.engines.node.replace('>=', '');
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [wantedMajor, wantedMinor] = wanted.split('.').map(Number);
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return;
  throw Object.assign(
    new Error(`This is Node ${process.versions.node}; ${wanted} or newer is needed.`),
    {
      code: 'old-node',
      hint: 'Install a newer Node (https://nodejs.org, or your node manager), then run the same command again.',
      exitStatus: 4,
    },
  );
}

/** The contract's failure: one JSON object on stdout, and the exit status. @param {any} error */
function fail(error) {
  const { code, hint, exitStatus, message } = error?.exitStatus ? error : unexpected(error);
  const head = { ok: false, schema_version: 1, script: name || 'mm', warnings: [] };
  const answer = { ...head, error: { code, message, hint, details: {} } };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  process.exitCode = exitStatus;
}

/** @param {any} error */
function unexpected(error) {
  process.stderr.write(`${error?.stack ?? error}\n`);
  return {
    code: 'unexpected',
    message: `The launcher failed: ${error?.message ?? error}`,
    hint: `Remove ${copiesIn(skill)} and run the same command again; it is made anew.`,
    exitStatus: 1,
  };
}
