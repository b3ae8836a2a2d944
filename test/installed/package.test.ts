/** The packed tarball, installed as users do it: `demo` is green, and nothing is installed or compiled at its first start. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { skillFolder } from '../../scripts/lib/skill-folder.ts';
import { npmEnvironment } from '../support/agent-clis.ts';
import { type Sandbox, sandbox } from '../support/sandbox.ts';
import { npmCache, startLauncher } from '../support/skill-copies.ts';

const NAME = 'multi-model-execute';

async function run(box: Sandbox, cwd: string, file: string, ...args: string[]) {
  // Whatever leads to the registry here (a certificate, a proxy) is in the caller's environment.
  const env = { ...npmEnvironment(), ...box.env, npm_config_cache: npmCache };
  const { exitCode, stdout, stderr } = await runCommand({ file, args, cwd, env });
  return { exitCode, stdout: stdout.toString(), stderr };
}

/** Packs a copy of what git holds, so that nothing of this folder is touched or gets in by mistake. */
async function pack(box: Sandbox): Promise<string> {
  const clone = join(box.folder, 'clone');
  await mkdir(clone);
  // What is not committed yet, too.
  const files = await run(box, skillFolder, 'git', 'ls-files', '-z', '-com', '--exclude-standard');
  const tar = `tar -c --null -T - | tar -x -C '${clone}'`;
  const copy = await runCommand({
    ...{ file: 'sh', args: ['-c', tar], cwd: skillFolder, env: box.env },
    input: [...new Set(files.stdout.split('\0'))]
      .filter((path) => path !== '' && existsSync(join(skillFolder, path)))
      .join('\0'),
  });
  assert.is(copy.exitCode, 0, copy.stderr);
  await run(box, clone, 'npm', 'ci', '--omit=dev', '--ignore-scripts');
  const packed = await run(box, clone, 'npm', 'pack', '--pack-destination', box.folder);
  assert.is(packed.exitCode, 0, packed.stderr);
  assert.not.ok(existsSync(join(clone, 'compiled')), 'packing leaves nothing behind');
  const [tarball = ''] = (await readdir(box.folder)).filter((file) => file.endsWith('.tgz'));
  return join(box.folder, tarball);
}

/** A demo that installed, compiled or failed anything would say so. */
function assertGreenDemo({ exitCode, stdout, stderr }: Awaited<ReturnType<typeof run>>): void {
  assert.is(exitCode, 0, stderr);
  const answer = JSON.parse(stdout);
  assert.is(answer.ok, true);
  assert.ok(answer.applied !== null, 'the mix was applied');
  assert.not.match(stderr, 'First use');
}

test('npm i -g into a path with a space, as a dependency, by npx: demo is green at once; a source that was changed counts', async () => {
  await using box = await sandbox();
  const tarball = await pack(box);
  const prefix = join(box.folder, 'a prefix');
  const installed = await run(box, box.folder, 'npm', 'i', '-g', '--prefix', prefix, tarball);
  assert.is(installed.exitCode, 0, installed.stderr);
  const skill = join(prefix, 'lib', 'node_modules', NAME);
  assertGreenDemo(await run(box, box.folder, join(prefix, 'bin', NAME), 'demo'));
  const [copy = '', ...more] = await readdir(join(skill, 'node_modules', '.cache', NAME));
  assert.equal(more, []);
  assert.ok(existsSync(join(skill, 'node_modules', '.cache', NAME, copy, 'status.mjs')));

  const mm = join(skill, 'scripts', 'mm.mjs');
  const script = join(skill, 'scripts', 'parse-triggers.ts');
  const text = await readFile(script, 'utf8');
  await writeFile(script, text.replace('...triggers,', '...triggers, added_just_now: true,'));
  const task = ['parse-triggers', '--task', 'x'];
  const changed = await startLauncher(box, box.folder, mm, task);
  assert.is(changed.json?.added_just_now, true, changed.stderr);
  // Back to what was packed, and no memory of it: the copy of the package counts again, esbuild or not.
  await writeFile(script, text);
  await rm(join(skill, 'node_modules'), { recursive: true });
  const again = await startLauncher(box, box.folder, mm, task);
  assert.equal([again.json?.task, again.stderr], ['x', '']);

  // As a dependency, started by npx in the project.
  const project = join(box.folder, 'project');
  await mkdir(project);
  await writeFile(join(project, 'package.json'), '{"private":true}\n');
  const added = await run(box, project, 'npm', 'i', '--prefer-offline', tarball);
  assert.is(added.exitCode, 0, added.stderr);
  assertGreenDemo(await run(box, project, 'npx', NAME, 'demo'));
  // From nowhere: npx installs it into its own cache.
  const words = ['--yes', '--prefer-offline', `--package=${tarball}`, NAME, 'demo'];
  assertGreenDemo(await run(box, box.folder, 'npx', ...words));
});

test.run();
