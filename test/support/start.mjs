/**
 * `node test/support/start.mjs PROGRAM [WORDS]`: compiles the scripts and all tests as the launcher compiles the scripts
 * for users, then runs one of the programs of test/ from that copy. Nothing of test/ is loaded in another way.
 */
import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compile, launchedModules } from '../../scripts/launch/compile.mjs';

const skill = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** Modules of the scripts that tests load in processes of their own. */
const LOADED_ALONE =
  'answer-notes errors input process/command process/lock process/processes session/files session/session'.split(
    ' ',
  );

const DAY_MS = 24 * 60 * 60 * 1000;

const [program = ''] = process.argv.splice(2, 1);
const parent = join(skill, 'node_modules', '.cache', 'multi-model-execute-tests');
fs.mkdirSync(parent, { recursive: true });
removeOld(parent);
const folder = join(fs.mkdtempSync(join(parent, `${process.pid}-`)), 'compiled');
process.on('exit', () => fs.rmSync(dirname(folder), { recursive: true, force: true }));

console.error(`Compiling the scripts and the tests for ${program} ...`);
await compile({ skill, modules: skill, entryPoints: entryPoints(), outbase: '.', folder });
await import(pathToFileURL(join(folder, program.replace(/\.ts$/, '.mjs'))).href);

/** Runs that were killed leave their copies.
 * @param {string} parent */
function removeOld(parent) {
  for (const entry of fs.readdirSync(parent).map((name) => join(parent, name))) {
    const made = fs.statSync(entry, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Date.now() - made > DAY_MS) fs.rmSync(entry, { recursive: true, force: true });
  }
}

function entryPoints() {
  const tests = fs
    .readdirSync(join(skill, 'test'), { recursive: true })
    .filter((file) => String(file).endsWith('.test.ts'))
    .map((file) => `test/${file}`);
  const alone = LOADED_ALONE.map((name) => `scripts/lib/${name}.ts`);
  return [...new Set([...launchedModules(skill), ...alone, ...tests, program])];
}
