/** A disk that is full, or cannot be written: the script says so, and leaves nothing half written. */
import { access, chmod, constants, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type CommandResult, runCommand } from '../../scripts/lib/process/command.ts';
import { type Attempt, type Disturbance, endure, type Failed } from '../support/crash-harness.ts';
import type { Json } from '../support/sandbox.ts';
import { scenarioNamed } from './scenarios.ts';

/** `npm run test:crash` tries them all. */
const ALL = process.env.MM_ROUNDS !== undefined;
/** Of 512 bytes: from what holds not even a ref, over what holds a small file, to what holds a whole index. */
const BLOCKS = ALL ? [0, 1, 2, 4, 16, 64, 256, 400] : [2, 256];
/** Scenarios on a full disk. */
const FULL = ALL
  ? [
      'start-session, set-aside',
      'capture-diff',
      'apply-picks',
      'apply-picks --undo',
      'cleanup --restore',
    ]
  : ['start-session, set-aside', 'apply-picks'];
/** Folders that cannot be written, by scenario. */
const READ_ONLY: Record<string, string[]> = {
  'apply-picks': ALL ? ['state', 'project', 'project/docs', 'project/.git/refs'] : ['project/docs'],
  ...(ALL ? { 'start-session, set-aside': ['state', 'project', 'project/.git'] } : {}),
};
/** Nobody's, on every system that has setpriv. */
const UID = 65_534;

/** No file may grow beyond a limit: the system refuses the write, as it does on a full disk. */
function fullDisk(blocks: number): Disturbance {
  return {
    name: `no file larger than ${blocks * 512} bytes`,
    run: async ({ box, cwd, command }) =>
      failed(
        await runCommand({
          file: 'sh',
          args: ['-c', `ulimit -f ${blocks}; exec "$@"`, 'sh', ...command],
          ...{ cwd, env: box.env },
        }),
      ),
  };
}

/** A folder of the sandbox that nobody may write in while the script runs. */
function readOnly(folder: string): Disturbance {
  return {
    name: `${folder} cannot be written`,
    async run({ box, cwd, command }) {
      const path = join(box.folder, folder);
      await mkdir(path, { recursive: true });
      await chmod(path, 0o555);
      const result = await withoutPrivileges({ box, cwd, command });
      await chmod(path, 0o755);
      return failed(result);
    },
  };
}

/** root may write anywhere: then somebody else, who owns the sandbox for as long as it takes. */
async function withoutPrivileges({ box, cwd, command }: Attempt): Promise<CommandResult> {
  const [file = '', ...args] = command;
  if (process.getuid?.() !== 0) return runCommand({ file, args, cwd, env: box.env });
  const own = (uid: number) =>
    runCommand({
      ...{ file: 'chown', args: ['-Rh', `${uid}:${uid}`, box.folder], cwd: '/' },
      env: { PATH: process.env.PATH },
    });
  const drop = [`--reuid=${UID}`, `--regid=${UID}`, '--clear-groups'];
  await own(UID);
  const result = await runCommand({
    ...{ file: 'setpriv', args: [...drop, ...command], cwd, env: box.env },
  });
  await own(0);
  return result;
}

/** One JSON object, whatever happens; an error that names its reason. */
function failed({ exitCode, stdout, stderr }: CommandResult): Failed {
  const json: Json = JSON.parse(stdout.toString());
  if (exitCode === 0) return { how: 'went through', succeeded: true };
  assert.ok([1, 3].includes(exitCode), `exit ${exitCode}: ${stdout}\n${stderr}`);
  assert.is.not(json.error.code, 'unexpected', `${stdout}\n${stderr}`);
  return { how: `${json.error.code}: ${json.error.message}`, succeeded: false };
}

for (const name of FULL) {
  test(`${name} on a full disk: nothing lost, nothing half written, and it goes on from there`, async () => {
    const { problems, tries, undisturbed } = await endure(
      scenarioNamed(name),
      BLOCKS.map(fullDisk),
    );
    assert.equal(problems, []);
    assert.ok(undisturbed < tries, 'the disk was never full');
  });
}

/** Why folders cannot be made read-only here; null where they can. */
async function whyNotHere(): Promise<string | null> {
  if (process.getuid?.() !== 0) return null;
  const isThere = await access('/usr/bin/setpriv', constants.X_OK).then(
    () => true,
    () => false,
  );
  return isThere ? null : 'root may write anywhere, and there is no setpriv to be somebody else';
}

const reason = await whyNotHere();
for (const [name, folders] of Object.entries(READ_ONLY)) {
  if (reason !== null) {
    test.skip(`${name} where a folder cannot be written: ${reason}`, () => undefined);
    continue;
  }
  test(`${name} where a folder cannot be written: nothing lost, nothing half written`, async () => {
    const scenario = scenarioNamed(name);
    const { problems, tries, undisturbed } = await endure(
      {
        ...scenario,
        async prepare(box) {
          // What is nobody's for a while is not what git takes for its caller's own.
          await writeFile(join(box.folder, 'gitconfig'), '[safe]\n\tdirectory = *\n', {
            flag: 'a',
          });
          return scenario.prepare(box);
        },
      },
      folders.map(readOnly),
    );
    assert.equal(problems, []);
    assert.ok(undisturbed < tries, 'nothing that it writes lies in these folders');
  });
}

test.run();
