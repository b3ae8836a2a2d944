/** What a model installs with pnpm or yarn is there for a mix; what it only wrote down is installed before its gates run. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { managersFolder, yarn4Folder } from '../support/everyday-installs.ts';
import { packPackage } from '../support/pack-package.ts';
import { type Files, type Json, sandbox } from '../support/sandbox.ts';
import { scriptedModels } from '../support/scripted-models.ts';
import { IMPORTS, ok } from '../support/walk.ts';

const TEST = `import assert from 'node:assert'; import { test } from 'node:test'; import { base } from 'basic'; import { make } from '../src/make.js';
test('base', () => assert.equal(base, 1)); test('make', () => assert.equal(make('a'), 'A'));\n`;

const USES = "import { up } from 'one';\nexport const make = (s) => up(s);\n";

const OFFLINE = ['--offline', '--ignore-scripts'];

interface Manager {
  name: string;
  lock: string;
  files?: Files;
  add: (archive: string) => string[];
}

const MANAGERS: readonly Manager[] = [
  { name: 'pnpm', lock: 'pnpm-lock.yaml', add: (it) => ['add', ...OFFLINE, `file:${it}`] },
  { name: 'yarn', lock: 'yarn.lock', add: (it) => ['add', ...OFFLINE, `file:${it}`] },
  {
    name: 'yarn4',
    lock: 'yarn.lock',
    files: { '.yarnrc.yml': 'nodeLinker: node-modules\nenableTelemetry: false\n', 'yarn.lock': '' },
    add: (it) => ['add', `${basename(it).slice(0, -'-1.0.0.tgz'.length)}@file:${it}`],
  },
];

for (const { name, lock, files, add } of MANAGERS)
  test(`${name}: packages are taken from the model, or installed`, async () => {
    await using box = await sandbox();
    const folder = name === 'yarn4' ? await yarn4Folder() : await managersFolder();
    box.env.PATH = [folder, box.env.PATH].join(delimiter);
    const program = name === 'yarn4' ? 'yarn' : name;
    const basic = await packPackage(box, 'basic', 'export const base = 1;');
    const one = await packPackage(box, 'one', 'export const up = (s) => s.toUpperCase();');
    const run = `import { execFileSync } from 'node:child_process'; const add = () => execFileSync('${program}', ${JSON.stringify(add(one))}, { stdio: 'inherit' });`;
    const use = `write('src/make.js', ${JSON.stringify(USES)});`;
    const cwd = await box.repository({
      'package.json': `${JSON.stringify({ name: 'x', version: '1.0.0', type: 'module', private: true, scripts: { test: 'node --test test/' } }, null, 2)}\n`,
      '.gitignore': 'node_modules/\n.yarn/\n',
      'src/make.js': 'export const make = (s) => s;\n',
      'test/make.test.js': TEST,
      ...files,
      ...(await scriptedModels(box.folder, {
        installs: `${IMPORTS} ${run} add(); ${use}`,
        writes: `${IMPORTS} ${run} const { renameSync } = await import('node:fs'); execFileSync('cp', ['-a', 'node_modules', '../kept']); add(); remove('node_modules', { recursive: true }); renameSync('../kept', 'node_modules'); ${use} write('NOTES.md', 'x');`,
      })),
    });
    execFileSync(program, add(basic), { cwd, env: box.env, stdio: 'ignore' });
    await box.git(cwd, 'add', '--all');
    await box.git(cwd, 'commit', '--quiet', '--message', 'with its dependency');

    const { session_id } = await ok(box, cwd, 'start-session', '--task', 'x', '--host', 'none');
    const words = ['--session', session_id];
    await ok(box, cwd, 'make-worktrees', ...words);
    const { runs } = await ok(box, cwd, 'run-model', '--all', ...words);
    assert.equal(
      runs.map((it: Json) => it.status),
      ['succeeded', 'succeeded'],
    );
    await ok(box, cwd, 'capture-diff', '--all', ...words);
    const gated = await ok(box, cwd, 'gates', '--all', '--no-cache', ...words);
    assert.equal(
      gated.results.map((it: Json) => [it.target, it.gates[0].status]),
      [
        ['installs', 'pass'],
        ['writes', 'pass'],
      ],
    );
    await ok(box, cwd, 'compare', ...words);
    const mix = ['apply-picks', '--take', 'installs', '--pick', 'NOTES.md=writes', '--verify'];
    const { verify, applied } = await ok(box, cwd, ...mix, ...words);
    assert.is(verify.gates[0].status, 'pass');
    assert.ok(applied.some((it: Json) => it.path === lock));
    assert.is(existsSync(join(cwd, 'node_modules/one')), false);
  });

test.run();
