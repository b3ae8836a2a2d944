import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../scripts/lib/process/command.ts';
import { launcher, skillFolder } from '../scripts/lib/skill-folder.ts';
import { allScripts } from './support/all-scripts.ts';
import { type Sandbox, sandbox } from './support/sandbox.ts';

async function start(box: Sandbox, cwd: string, file: string, words: string[], env = {}) {
  const { exitCode, stdout, stderr } = await runCommand({
    file: process.execPath,
    args: [file, ...words],
    cwd,
    env: { ...box.env, ...env },
  });
  const text = stdout.toString();
  return { exitCode, text, stderr, json: text.startsWith('{') ? JSON.parse(text) : null };
}

/** A copy of the skill as an installer makes it: no node_modules. */
async function copyOfSkill(box: Sandbox): Promise<{ skill: string; mm: string }> {
  const skill = join(box.folder, 'a copy of the skill');
  await mkdir(skill);
  for (const name of ['package.json', 'package-lock.json', '.npmrc', 'tsconfig.json', 'scripts'])
    await cp(join(skillFolder, name), join(skill, name), { recursive: true });
  await writeFile(join(skill, 'SKILL.md'), '---\nname: multi-model-execute\n---\n');
  // npm keeps what it fetches for the next copy.
  box.env.npm_config_cache = join(skillFolder, 'node_modules', '.cache', 'npm-of-tests');
  return { skill, mm: join(skill, 'scripts', 'mm.mjs') };
}

/** The same with dependencies: this one's, linked entry by entry, so that the copy has a cache of its own. */
async function installedCopy(box: Sandbox): Promise<{ skill: string; mm: string }> {
  const copy = await copyOfSkill(box);
  const modules = join(copy.skill, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir(join(skillFolder, 'node_modules'))) {
    if (name !== '.cache')
      await symlink(join(skillFolder, 'node_modules', name), join(modules, name));
  }
  return copy;
}

const TASK = ['parse-triggers', '--task', 'x2 do it'];

test('alone it lists every script with one line each', async () => {
  await using box = await sandbox();
  for (const words of [[], ['--help'], ['help']]) {
    const { exitCode, text } = await start(box, box.folder, launcher, words);
    assert.is(exitCode, 0);
    for (const { name, summary } of await allScripts())
      assert.ok(
        text.split('\n').some((line) => line.includes(` ${name} `) && line.endsWith(summary)),
      );
  }
});

test('a word that is no script: JSON, exit 2, the nearest; no path leads out', async () => {
  await using box = await sandbox();
  const { exitCode, json } = await start(box, box.folder, launcher, ['gate', '--all']);
  assert.equal([exitCode, json.ok, json.error.code], [2, false, 'unknown-script']);
  assert.match(json.error.message, 'Did you mean "gates"?');
  for (const word of [
    'lib/script',
    '../test/launcher.test',
    'constructor',
    '--nonsense',
    './gates',
  ]) {
    const answer = await start(box, box.folder, launcher, [word]);
    assert.equal([answer.exitCode, answer.json.error.code], [2, 'unknown-script'], word);
  }
});

test('from another directory, through a link to the skill and a link to the launcher itself', async () => {
  await using box = await sandbox();
  await symlink(skillFolder, join(box.folder, 'skill'));
  await symlink(launcher, join(box.folder, 'mm'));
  for (const file of ['skill/scripts/mm.mjs', 'mm']) {
    const { exitCode, json } = await start(box, box.folder, file, TASK);
    assert.equal([exitCode, json?.ok, json?.passes, json?.task], [0, true, 2, 'do it'], file);
  }
});

/** A repository that tries to get its own code into whatever runs in it. */
async function hostileRepository(box: Sandbox): Promise<string> {
  const trap = "throw new Error('caught in the trap');\n";
  const trapped = ['zod', 'yargs', 'execa', 'tsx', 'esbuild', 'fast-glob', 'fastest-levenshtein'];
  const files = Object.fromEntries(
    trapped.flatMap((name) => [
      [`node_modules/${name}/index.js`, trap],
      [`node_modules/${name}/package.json`, `{"name":"${name}","main":"index.js"}`],
    ]),
  );
  return box.repository({
    ...files,
    'trap.js': trap,
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        baseUrl: '.',
        paths: Object.fromEntries(trapped.map((name) => [name, ['./trap.js']])),
        jsx: 'nonsense',
        experimentalDecorators: true,
      },
    }),
    'package.json': '{"type":"commonjs","imports":{"#x":"./trap.js"}}',
    '.npmrc': 'registry=http://127.0.0.1:9\n',
  });
}

test('a hostile tsconfig.json and node_modules around it mean nothing', async () => {
  await using box = await sandbox();
  const repo = await hostileRepository(box);
  const own = await start(box, repo, launcher, TASK);
  assert.equal([own.exitCode, own.json?.ok], [0, true], own.stderr);
  // Also while it compiles, and where it has to do without a compiled copy.
  const { skill, mm } = await installedCopy(box);
  const compiling = await start(box, repo, mm, TASK);
  assert.equal([compiling.exitCode, compiling.json?.ok], [0, true], compiling.stderr);
  await rm(join(skill, 'node_modules', '.cache'), { recursive: true });
  await writeFile(join(skill, 'node_modules', '.cache'), 'a file in its place');
  const source = await start(box, repo, mm, TASK);
  assert.equal([source.exitCode, source.json?.ok], [0, true], source.stderr);
});

test('where no compiled copy can be kept, everything works from the source', async () => {
  await using box = await sandbox();
  const { skill, mm } = await installedCopy(box);
  await writeFile(join(skill, 'node_modules', '.cache'), 'a file in its place');
  const repo = await box.repository();
  assert.match((await start(box, repo, mm, [])).text, 'parse-triggers');
  const refused = await start(box, repo, mm, ['status']);
  assert.equal([refused.exitCode, refused.json?.error.code], [3, 'no-session']);
  const unknown = await start(box, repo, mm, ['lib/script']);
  assert.equal([unknown.exitCode, unknown.json?.error.code], [2, 'unknown-script']);
  assert.match((await start(box, repo, mm, ['gates', '--version'])).text, /^\d+\.\d+\.\d+\n$/);
});

test('a script that was changed is another one at the next start, a folder that was moved works', async () => {
  await using box = await sandbox();
  const { skill, mm } = await installedCopy(box);
  assert.ok((await start(box, box.folder, mm, TASK)).json?.ok);
  const script = join(skill, 'scripts', 'parse-triggers.ts');
  const text = await readFile(script, 'utf8');
  await writeFile(script, text.replace('...triggers,', '...triggers, added_just_now: true,'));
  assert.is((await start(box, box.folder, mm, TASK)).json?.added_just_now, true);
  const moved = join(box.folder, 'moved');
  await rename(skill, moved);
  const answer = await start(box, box.folder, join(moved, 'scripts', 'mm.mjs'), TASK);
  assert.is(answer.json?.added_just_now, true, answer.stderr);
});

test('a script that does not compile is JSON too', async () => {
  await using box = await sandbox();
  const { skill, mm } = await installedCopy(box);
  appendFileSync(join(skill, 'scripts', 'parse-triggers.ts'), '\nthis is no TypeScript\n');
  const { exitCode, json } = await start(box, box.folder, mm, TASK);
  assert.equal([exitCode, json?.ok, json?.script], [1, false, 'parse-triggers']);
  assert.match(json.error.message, 'parse-triggers.ts');
});

test('the first use installs the dependencies, four at once too; then there is nothing to do', async () => {
  await using box = await sandbox();
  const { skill, mm } = await copyOfSkill(box);
  // What a process that was killed in the middle has left.
  const gone = spawn('true');
  await once(gone, 'exit');
  await mkdir(join(skill, `.mm-install-${gone.pid}`, 'node_modules'), { recursive: true });
  const answers = await Promise.all([1, 2, 3, 4].map(() => start(box, box.folder, mm, TASK)));
  for (const { exitCode, json, stderr } of answers)
    assert.equal([exitCode, json?.ok, json?.task], [0, true, 'do it'], stderr);
  assert.ok(answers.some(({ stderr }) => stderr.includes('installing the dependencies')));
  const entries = await readdir(skill);
  assert.equal(
    entries.filter((name) => name.startsWith('.mm-install')),
    [],
  );
  assert.not.ok(existsSync(join(skill, 'node_modules', 'uvu')), 'no development dependencies');
  const again = await start(box, box.folder, mm, TASK, {
    npm_config_registry: 'http://127.0.0.1:9',
  });
  assert.equal([again.exitCode, again.stderr], [0, '']);
});

test('without the registry: a JSON error that says so, and nothing half made', async () => {
  await using box = await sandbox();
  const { skill, mm } = await copyOfSkill(box);
  const before = await readdir(skill);
  const { exitCode, json } = await start(box, box.folder, mm, TASK, {
    npm_config_registry: 'http://127.0.0.1:9',
    npm_config_cache: join(box.folder, 'no cache'),
    npm_config_fetch_retries: '0',
  });
  assert.equal([exitCode, json?.ok, json?.error.code], [1, false, 'no-network']);
  assert.match(json.error.hint, 'npm ci');
  assert.equal((await readdir(skill)).sort(), before.sort());
});

test('without npm: exit 4', async () => {
  await using box = await sandbox();
  const { skill, mm } = await copyOfSkill(box);
  const { exitCode, json } = await start(box, box.folder, mm, TASK, { PATH: box.folder });
  assert.equal([exitCode, json?.error.code], [4, 'missing-program']);
  assert.not.ok(existsSync(join(skill, 'node_modules')));
});

test('an interruption of the installation: JSON, 130 or 143, nothing half made, nobody left', async () => {
  await using box = await sandbox();
  const { skill, mm } = await copyOfSkill(box);
  const before = await readdir(skill);
  // An npm that takes its time.
  const bin = join(box.folder, 'bin');
  await mkdir(bin);
  await writeFile(
    join(bin, 'npm'),
    '#!/bin/sh\nmkdir node_modules\necho $$ >../../npm.pid\nexec sleep 600\n',
    { mode: 0o755 },
  );
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const child = spawn(process.execPath, [mm, ...TASK], {
      cwd: box.folder,
      env: { ...box.env, PATH: `${bin}:${box.env.PATH}` },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    const file = join(box.folder, 'npm.pid');
    const closed = once(child, 'close');
    const npmRuns = async () => existsSync(file) && (await readFile(file, 'utf8')) !== '';
    while (child.exitCode === null && !(await npmRuns())) await sleep(20);
    const npm = Number(await readFile(file, 'utf8'));
    child.kill(signal);
    const [code] = await closed;
    assert.is(code, status);
    assert.is(JSON.parse(stdout).error.code, 'interrupted');
    assert.throws(() => process.kill(npm, 0), /ESRCH/);
    assert.equal((await readdir(skill)).sort(), before.sort());
    await rm(file);
  }
});

test("somebody else's node_modules in other versions is left alone", async () => {
  await using box = await sandbox();
  const { skill, mm } = await copyOfSkill(box);
  await mkdir(join(skill, 'node_modules', 'zod'), { recursive: true });
  await writeFile(join(skill, 'node_modules', 'zod', 'package.json'), '{"version":"1.0.0"}');
  const { exitCode, json } = await start(box, box.folder, mm, TASK);
  assert.equal([exitCode, json?.error.code], [3, 'outdated-dependencies']);
  assert.equal(await readdir(join(skill, 'node_modules')), ['zod']);
});

test('a Node that is too old is told', async () => {
  await using box = await sandbox();
  const { skill, mm } = await copyOfSkill(box);
  const file = join(skill, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...manifest, engines: { node: '>=99.1' } }));
  const { exitCode, json } = await start(box, box.folder, mm, TASK);
  assert.equal([exitCode, json?.error.code], [4, 'old-node']);
  assert.match(json.error.message, '99.1');
});

test.run();
