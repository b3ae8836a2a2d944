/** What the launcher does the first time: installing, compiling, and what hinders it. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync } from 'node:fs';
import { chown, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { sandbox } from '../support/sandbox.ts';
import { copyOfSkill, installedCopy, startLauncher } from '../support/skill-copies.ts';

const TASK = ['parse-triggers', '--task', 'x2 do it'];

test('the first use installs the dependencies, four at once too; then there is nothing to do', async () => {
  await using box = await sandbox();
  const { skill, mm } = await copyOfSkill(box);
  // What a process that was killed in the middle has left.
  const gone = spawn('true');
  await once(gone, 'exit');
  await mkdir(join(skill, `.mm-install-${gone.pid}`, 'node_modules'), { recursive: true });
  const answers = await Promise.all(
    [1, 2, 3, 4].map(() => startLauncher(box, box.folder, mm, TASK)),
  );
  for (const { exitCode, json, stderr } of answers)
    assert.equal([exitCode, json?.ok, json?.task], [0, true, 'do it'], stderr);
  assert.ok(answers.some(({ stderr }) => stderr.includes('installing the dependencies')));
  const entries = await readdir(skill);
  assert.equal(
    entries.filter((name) => name.startsWith('.mm-install')),
    [],
  );
  assert.not.ok(existsSync(join(skill, 'node_modules', 'uvu')), 'no development dependencies');
  const again = await startLauncher(box, box.folder, mm, TASK, {
    npm_config_registry: 'http://127.0.0.1:9',
  });
  assert.equal([again.exitCode, again.stderr], [0, '']);
});

test('without the registry: a JSON error that says so, and nothing half made', async () => {
  await using box = await sandbox();
  const { skill, mm } = await copyOfSkill(box);
  const before = await readdir(skill);
  const { exitCode, json } = await startLauncher(box, box.folder, mm, TASK, {
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
  const { exitCode, json } = await startLauncher(box, box.folder, mm, TASK, { PATH: box.folder });
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
  const { exitCode, json } = await startLauncher(box, box.folder, mm, TASK);
  assert.equal([exitCode, json?.error.code], [3, 'outdated-dependencies']);
  assert.equal(await readdir(join(skill, 'node_modules')), ['zod']);
});

test('where no compiled copy can be kept, everything works from the source', async () => {
  await using box = await sandbox();
  const { skill, mm } = await installedCopy(box);
  await writeFile(join(skill, 'node_modules', '.cache'), 'a file in its place');
  const repo = await box.repository();
  const fromSource = (...words: string[]) =>
    startLauncher(box, repo, mm, words, { XDG_CACHE_HOME: '/dev/null/cache' });
  assert.match((await fromSource()).text, 'parse-triggers');
  const refused = await fromSource('status');
  assert.equal([refused.exitCode, refused.json?.error.code], [3, 'no-session']);
  const unknown = await fromSource('lib/script');
  assert.equal([unknown.exitCode, unknown.json?.error.code], [2, 'unknown-script']);
  assert.match((await fromSource('gates', '--version')).text, /^\d+\.\d+\.\d+\n$/);
});

/** What a user's configuration says for other projects; each of these alone breaks an installation that obeys it. */
const NPMRC = `optional=false
cpu=mips
os=aix
omit[]=optional
omit[]=prod
install-strategy=linked
dry-run=true
global=true
package-lock=false
`;

test("a user's .npmrc for other projects ends in a working skill", async () => {
  await using box = await sandbox();
  const { mm } = await copyOfSkill(box);
  await writeFile(join(box.env.HOME ?? '', '.npmrc'), NPMRC);
  const { exitCode, json, stderr } = await startLauncher(box, box.folder, mm, TASK);
  assert.equal([exitCode, json?.task], [0, 'do it'], stderr);
});

test("a user's registry that has nothing: words that heal", async () => {
  await using box = await sandbox();
  const { skill, mm } = await copyOfSkill(box);
  const server = createServer((_, answer) => answer.writeHead(404).end('{}')).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const npmrc = `registry=http://127.0.0.1:${port}/\ncache=${join(box.folder, 'cache')}\n`;
  await writeFile(join(box.env.HOME ?? '', '.npmrc'), npmrc);
  const { exitCode, json } = await startLauncher(box, box.folder, mm, TASK, {
    npm_config_cache: undefined,
  });
  server.close();
  assert.equal([exitCode, json?.error.code], [1, 'install-failed']);
  for (const part of ['npm config list', '--registry=URL', skill])
    assert.match(json.error.hint, part);
});

test('dependencies that a person installed without esbuild: words that heal, and they do', async () => {
  await using box = await sandbox();
  const { skill, mm } = await copyOfSkill(box);
  const npm = (...flags: string[]) =>
    runCommand({
      file: 'npm',
      args: ['ci', '--omit=dev', '--ignore-scripts', ...flags],
      ...{ cwd: skill, env: box.env },
    });
  assert.is((await npm('--omit=optional')).exitCode, 0);
  const refused = await startLauncher(box, box.folder, mm, TASK);
  assert.equal([refused.exitCode, refused.json?.error.code], [3, 'incomplete-dependencies']);
  const [, command = ''] = /or run "([^"]+)"/.exec(refused.json.error.hint) ?? [];
  const env = { ...box.env };
  assert.is((await runCommand({ file: 'sh', args: ['-c', command], cwd: skill, env })).exitCode, 0);
  assert.is((await startLauncher(box, box.folder, mm, TASK)).json?.task, 'do it');
});

test('a folder that cannot be written: dependencies and copy lie in the cache folder of the user', async () => {
  await using box = await sandbox();
  const { skill, mm } = await copyOfSkill(box);
  const cache = join(box.folder, 'cache');
  const free = join(box.folder, 'npm');
  await Promise.all([cache, free].map((folder) => mkdir(folder)));
  // Root is refused nothing: there it is nobody who starts the skill.
  const user = process.getuid?.() === 0 ? 65_534 : process.getuid?.();
  execFileSync('chmod', ['-R', 'go=rX', box.folder]);
  execFileSync('chmod', ['-R', 'a-w', skill]);
  for (const folder of [cache, free, box.env.HOME ?? '']) await chown(folder, user ?? 0, user ?? 0);
  const env = { ...box.env, XDG_CACHE_HOME: cache, npm_config_cache: free };
  const start = () =>
    spawnSync(process.execPath, [mm, ...TASK], {
      cwd: box.folder,
      env,
      uid: user,
      encoding: 'utf8',
    });
  const first = start();
  assert.is(first.status, 0, first.stdout + first.stderr);
  assert.match(first.stderr, `into ${cache}`);
  const again = start();
  assert.equal([again.status, again.stderr], [0, '']);
  assert.is(JSON.parse(again.stdout).task, 'do it');
  assert.not.ok(existsSync(join(skill, 'node_modules')));
  const nowhere = spawnSync(process.execPath, [mm, ...TASK], {
    ...{ cwd: box.folder, uid: user, encoding: 'utf8' },
    env: { ...env, XDG_CACHE_HOME: join(skill, 'cache') },
  });
  assert.equal([nowhere.status, JSON.parse(nowhere.stdout).error.code], [1, 'cannot-write']);
  execFileSync('chmod', ['-R', 'u+w', skill]);
});

test('a script that does not compile is JSON too', async () => {
  await using box = await sandbox();
  const { skill, mm } = await installedCopy(box);
  appendFileSync(join(skill, 'scripts', 'parse-triggers.ts'), '\nthis is no TypeScript\n');
  const { exitCode, json } = await startLauncher(box, box.folder, mm, TASK);
  assert.equal([exitCode, json?.ok, json?.script], [1, false, 'parse-triggers']);
  assert.match(json.error.message, 'parse-triggers.ts');
});

test('a Node that is too old is told', async () => {
  await using box = await sandbox();
  const { skill, mm } = await copyOfSkill(box);
  const file = join(skill, 'package.json');
  const manifest = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...manifest, engines: { node: '>=99.1' } }));
  const { exitCode, json } = await startLauncher(box, box.folder, mm, TASK);
  assert.equal([exitCode, json?.error.code], [4, 'old-node']);
  assert.match(json.error.message, '99.1');
});

test.run();
