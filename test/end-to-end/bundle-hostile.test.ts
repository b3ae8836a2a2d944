/** Bundles that somebody made to do harm, or that were damaged on their way: nothing of them reaches a repository. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { git, gitLine } from '../../scripts/lib/git/git.ts';
import type { Repository } from '../../scripts/lib/git/repository.ts';
import { writeTree } from '../../scripts/lib/git/trees.ts';
import { openBundle } from '../../scripts/lib/procedure/bundle/open-bundle.ts';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { type Bundled, bundledSession, cloneElsewhere } from '../support/bundled-session.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import type { Json, Sandbox } from '../support/sandbox.ts';

/** What a bundle is made of, to be changed: its facts and other texts, the trees beside them, the commits below. */
interface Parts {
  attacker: string;
  facts: Json;
  texts: Record<string, string>;
  folders: Map<string, string>;
  parents: string[];
}
type Forgery = (parts: Parts) => unknown;

/** The same bundle with something changed. */
async function forge(box: Sandbox, from: Bundled, forgery: Forgery): Promise<string> {
  const { session, file, repository } = from;
  const attacker = join(box.folder, 'attacker');
  if (!existsSync(attacker)) {
    await box.git(box.folder, 'clone', '--quiet', repository.topLevel, attacker);
    await git(attacker, ['bundle', 'unbundle', file]);
  }
  const ref = `refs/mm/${session.data.session_id}/results`;
  const old = (await gitLine(attacker, ['bundle', 'list-heads', file])).split(' ')[0] ?? '';
  const parts: Parts = {
    attacker,
    facts: JSON.parse(await gitLine(attacker, ['show', `${old}:session/session.json`])),
    texts: {},
    folders: await entriesOf(attacker, old),
    parents: [session.data.base],
  };
  await forgery(parts);
  const { facts, texts, folders, parents } = parts;
  const kept = await entriesOf(attacker, `${old}:session`);
  for (const [name, input] of Object.entries({ 'session.json': JSON.stringify(facts), ...texts }))
    kept.set(name, `100644 blob ${await hashObject(attacker, 'blob', input)}`);
  folders.set('session', `040000 tree ${await makeTree(attacker, kept)}`);
  const above = parents.flatMap((it) => ['-p', it]);
  const tree = await makeTree(attacker, folders);
  const forged = await box.git(attacker, 'commit-tree', tree, ...above, '-m', 'forged');
  await git(attacker, ['update-ref', ref, forged]);
  const out = join(box.folder, 'forged.bundle');
  await git(attacker, ['bundle', 'create', '--quiet', out, ref, `^${session.data.ref}`]);
  return out;
}

async function entriesOf(directory: string, tree: string): Promise<Map<string, string>> {
  const lines = (await gitLine(directory, ['ls-tree', tree])).split('\n');
  return new Map(lines.map((line) => [line.split('\t')[1] ?? '', line.split('\t')[0] ?? '']));
}

function makeTree(directory: string, entries: ReadonlyMap<string, string>): Promise<string> {
  const input = [...entries].map(([name, entry]) => `${entry}\t${name}\n`).join('');
  return gitLine(directory, ['mktree'], { input });
}

function hashObject(directory: string, type: string, input: string | Buffer): Promise<string> {
  return gitLine(directory, ['hash-object', '-t', type, '-w', '--literally', '--stdin'], { input });
}

/** A capture that is a tree which git itself would not write. */
function withTree(...entries: [mode: string, name: string][]): Forgery {
  return async ({ attacker, folders }) => {
    const blob = await hashObject(attacker, 'blob', 'evil\n');
    const inner = await makeTree(attacker, new Map([['config', `100644 blob ${blob}`]]));
    const raw = entries.flatMap(([mode, name]) => [
      Buffer.from(`${mode} ${name}\0`),
      Buffer.from(mode === '40000' ? inner : blob, 'hex'),
    ]);
    const tree = await hashObject(attacker, 'tree', Buffer.concat(raw));
    folders.set('pass-0001-claude', `040000 tree ${tree}`);
  };
}

/** A capture of trees in trees: each so many times in the one above. */
function nested(levels: number, times: number): Forgery {
  return async ({ attacker, folders }) => {
    let entry = `100644 blob ${await hashObject(attacker, 'blob', 'x\n')}`;
    for (let level = 0; level < levels; level++) {
      const names = Array.from({ length: times }, (_, at) => [`${at}`, entry] as const);
      entry = `040000 tree ${await makeTree(attacker, new Map(names))}`;
    }
    folders.set('pass-0001-claude', entry);
  };
}

async function tooDeep({ attacker, folders }: Parts): Promise<void> {
  const file = { mode: '100644', oid: await hashObject(attacker, 'blob', 'x\n') };
  const tree = await writeTree(attacker, new Map([[`${'deep/'.repeat(102)}x`, file]]));
  folders.set('pass-0001-claude', `040000 tree ${tree}`);
}

const FORGERIES: [string, Forgery, RegExp][] = [
  ['a tree with .git in it', withTree(['100644', '.git']), /git refuses.*'\.git'/],
  ['a tree with .GIT in it', withTree(['40000', '.GIT']), /git refuses/],
  ['a tree with .. in it', withTree(['40000', '..']), /git refuses.*'\.\.'/],
  ['a tree with a path for a name', withTree(['100644', '../../evil']), /git refuses/],
  ['a tree with an absolute name', withTree(['100644', '/etc/evil']), /git refuses/],
  ['a tree with a name twice', withTree(['100644', 'a'], ['100644', 'a']), /git refuses/],
  ['1,000,000,000,000 paths', nested(6, 100), /far too many paths/],
  ['a hundred folders in each other', tooDeep, /far too many paths/],
  ['no capture where it says one', ({ folders }) => folders.delete('pass-0001-gpt'), /captures/],
  [
    'a file for a capture',
    async ({ attacker, folders }) =>
      folders.set('pass-0001-gpt', `100644 blob ${await hashObject(attacker, 'blob', '')}`),
    /captures/,
  ],
  ['no captures', ({ facts }) => facts.models.splice(0), /captures/],
  [
    'a model whose name leads out of the session',
    ({ facts }) => {
      facts.models[0].model = '../../../evil';
    },
    /models\.0\.model/,
  ],
  [
    'words that a terminal obeys',
    ({ facts }) => {
      facts.task = '\u001b]0;pwned\u0007';
    },
    /task/,
  ],
  [
    'a pass too many',
    ({ facts }) => {
      facts.models[0].captured = [2];
    },
    /captures/,
  ],
  [
    'another version',
    ({ facts }) => {
      facts.schema_version = 3;
    },
    /schema_version/,
  ],
  [
    'facts that are no JSON',
    ({ texts }) => {
      texts['session.json'] = '{"schema';
    },
    /is no JSON/,
  ],
  [
    'far too much text',
    ({ texts }) => {
      texts['task.md'] = 'x'.repeat(65 * 1024 * 1024);
    },
    /too large/,
  ],
  ['a base that comes from nowhere', ({ parents }) => parents.splice(0), /no bundle of/],
  [
    'a base far away from what it builds on',
    async ({ attacker, parents }) => {
      for (let at = 0; at < 2; at++)
        parents[0] = await gitLine(attacker, ['commit-tree', 'HEAD^{tree}', '-p', `${parents[0]}`]);
    },
    /commits are none/,
  ],
];

test('forged bundles are refused, and leave nothing behind', async () => {
  await using box = await ownSandbox();
  const from = await bundledSession(box);
  const there = await cloneElsewhere(box, from.repository.topLevel);
  const before = await stateOf(box, there);
  for (const [name, forgery, message] of FORGERIES) {
    await assertRefused(box, there, await forge(box, from, forgery), [name, message, before]);
  }
});

/** The file itself is changed, not what git makes of it. */
const DAMAGES: [string, (bytes: Buffer, head: string, pack: Buffer) => Buffer, RegExp][] = [
  ['nothing', () => Buffer.alloc(0), /no bundle/],
  ['a text', () => Buffer.from('# v2 git bundles are fine\n\n'), /no bundle/],
  ['a head alone', (_, head) => Buffer.from(`${head}\n`), /git says/],
  ['a head without an end', (_, head) => Buffer.from(head), /no bundle/],
  ['half of it', (bytes) => bytes.subarray(0, bytes.length - 100), /git says/],
  [
    'a byte of the pack',
    (bytes) => {
      const copy = Buffer.from(bytes);
      copy[bytes.length - 60] = (copy[bytes.length - 60] ?? 0) ^ 1;
      return copy;
    },
    /git says/,
  ],
  [
    'a branch of the user’s',
    (_, head, pack) => bundle(`${head}${'a'.repeat(40)} refs/heads/main\n\n`, pack),
    /no bundle/,
  ],
  [
    'a ref that leads elsewhere',
    (_, head, pack) => bundle(`${head.replace(/refs\/mm\/[^/]+/, 'refs/mm/..')}\n`, pack),
    /no bundle/,
  ],
  [
    'a filter',
    (_, head, pack) =>
      bundle(head.replace('# v2 git bundle', '# v3 git bundle\n@filter=\u001b]0;x\u0007'), pack),
    /no bundle/,
  ],
  [
    'a million objects',
    (_, head, pack) => {
      const copy = Buffer.from(pack);
      copy.writeUInt32BE(1_000_000, 8);
      return bundle(`${head}\n`, copy);
    },
    /too many objects/,
  ],
  [
    'an object of 600 MB, of 3 kB',
    (_, head) => bundle(`${head}\n`, packOfCopies(600, 1)),
    /git says.*limit/,
  ],
  [
    'three objects of 400 MB, of 6 kB',
    (_, head) => bundle(`${head}\n`, packOfCopies(400, 3)),
    /far larger than it looks/,
  ],
];

function bundle(head: string, pack: Buffer): Buffer {
  return Buffer.concat([Buffer.from(head, 'latin1'), pack]);
}

/** A pack of a blob of 1 MiB, and blobs that are it again and again (gitformat-pack). */
function packOfCopies(mebibytes: number, objects: number): Buffer {
  const MiB = 1024 ** 2;
  const blob = Buffer.alloc(MiB);
  const oid = createHash('sha1').update(`blob ${MiB}\0`).update(blob).digest();
  const parts = [packEntry(3, blob)];
  for (let at = 1; at <= objects; at++) {
    // Copies of 0x100000 bytes from the start, and one byte that no other has.
    const copies = Array.from({ length: mebibytes }, () => Buffer.from([0xc0, 0x10]));
    const change = [varint(MiB), varint(mebibytes * MiB + 1), ...copies, Buffer.from([1, at])];
    parts.push(packEntry(7, Buffer.concat(change), oid));
  }
  const head = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
  head.writeUInt32BE(parts.length, 8);
  const pack = Buffer.concat([head, ...parts]);
  return Buffer.concat([pack, createHash('sha1').update(pack).digest()]);
}

function packEntry(type: number, content: Buffer, base: Buffer = Buffer.alloc(0)): Buffer {
  const [low, high] = [content.length & 15, content.length >> 4];
  const first = Buffer.from([(high > 0 ? 128 : 0) | (type << 4) | low]);
  return Buffer.concat([
    first,
    high > 0 ? varint(high) : Buffer.alloc(0),
    base,
    deflateSync(content),
  ]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

test('damaged bundles are refused, and leave nothing behind', async () => {
  await using box = await ownSandbox();
  const from = await bundledSession(box);
  const there = await cloneElsewhere(box, from.repository.topLevel);
  const bytes = await readFile(from.file);
  const end = bytes.indexOf('\n\n');
  const [head, pack] = [bytes.toString('latin1', 0, end + 1), bytes.subarray(end + 2)];
  const file = join(box.folder, 'damaged.bundle');
  const before = await stateOf(box, there);
  for (const [name, damage, message] of DAMAGES) {
    await writeFile(file, damage(bytes, head, pack));
    await assertRefused(box, there, file, [name, message, before]);
  }
});

test('what cannot be read is no bundle: a folder, a fifo, nothing at all', async () => {
  await using box = await ownSandbox();
  const there = await cloneElsewhere(box, await box.repository({ a: 'a\n' }));
  const fifo = join(box.folder, 'fifo');
  await runCommand({ file: 'mkfifo', args: [fifo], cwd: box.folder, env: process.env });
  const codeOf = async (file: string) => (await rejection(openBundle(there, file, {}))).code;
  assert.is(await codeOf(box.folder), 'bad-bundle');
  assert.is(await codeOf(fifo), 'bad-bundle');
  assert.is(await codeOf(join(box.folder, 'none')), 'unreadable-file');
});

test('more than is wanted stays outside, and no setting of the user’s lets odd objects in', async () => {
  await using box = await ownSandbox();
  const from = await bundledSession(box);
  const there = await cloneElsewhere(box, from.repository.topLevel);
  for (const name of ['fetch.fsck.hasDotgit', 'receive.fsck.hasDotgit', 'fsck.hasDotgit'])
    await box.git(there.topLevel, 'config', name, 'ignore');
  await box.git(there.topLevel, 'config', 'fetch.fsckObjects', 'false');
  const odd = await forge(box, from, withTree(['100644', '.git']));
  assert.is((await rejection(openBundle(there, odd, {}))).code, 'bad-bundle');

  const file = await forge(box, from, ({ texts, folders }) => {
    Object.assign(texts, { 'run.sh': 'rm -rf /\n', '.multi-model.json': '{}', 'refs.bundle': 'x' });
    folders.set('more', folders.get('pass-0001-gpt') ?? '');
  });
  const { session } = await openBundle(there, file, {});
  const refs = await box.git(there.topLevel, 'for-each-ref', 'refs/mm');
  assert.not.match(refs, '/more');
  for (const name of ['run.sh', '.multi-model.json', 'refs.bundle'])
    assert.not.ok(existsSync(join(session.directory, name)), name);
});

async function assertRefused(
  box: Sandbox,
  there: Repository,
  file: string,
  [name, message, before]: [string, RegExp, string[]],
) {
  const error = await rejection(openBundle(there, file, {}));
  assert.is(`${error.code} ${error.exitStatus}`, 'bad-bundle 2', `${name}: ${error.message}`);
  assert.match(error.message, message, name);
  assert.not.ok(/\p{Cc}/u.test(error.message), name);
  assert.match(error.message, file, name);
  assert.equal(await stateOf(box, there), before, name);
  assert.equal(await sessionsIn(process.env.AI_AIP_ROOT ?? ''), [], name);
}

async function stateOf(box: Sandbox, { topLevel }: Repository): Promise<string[]> {
  return Promise.all([
    box.git(topLevel, 'for-each-ref'),
    box.git(topLevel, 'count-objects', '-v'),
    box.git(topLevel, 'status', '--porcelain', '--ignored'),
    readFile(join(topLevel, '.git', 'config'), 'utf8'),
  ]);
}

/** The session directories of a state root. */
async function sessionsIn(root: string): Promise<string[]> {
  await mkdir(root, { recursive: true });
  const names = await readdir(root, { recursive: true });
  return names.filter((name) => name.endsWith('/session.json'));
}

test.run();
