/** Bundles that somebody made to do harm, or that were damaged on their way: nothing of them reaches a repository. */
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { git, gitLine } from '../../scripts/lib/git/git.ts';
import type { Repository } from '../../scripts/lib/git/repository.ts';
import {
  type BundleHeader,
  HeaderProblem,
  parseBundleHeader,
} from '../../scripts/lib/procedure/bundle/bundle-header.ts';
import { openBundle } from '../../scripts/lib/procedure/bundle/open-bundle.ts';
import { runCommand } from '../../scripts/lib/process/command.ts';
import { type Bundled, bundledSession, cloneElsewhere } from '../support/bundled-session.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import { rejection } from '../support/rejection.ts';
import type { Json, Sandbox } from '../support/sandbox.ts';

/** The same bundle with its results, its facts or its refs changed. */
interface Forgery {
  facts?: (facts: Json) => unknown;
  /** More results, by name. */
  texts?: Record<string, string>;
  /** Changes refs (names without the session's prefix, and commits) where all objects are. */
  refs?: (refs: Map<string, string>, attacker: string, facts: Json) => Promise<void>;
}

async function forge(box: Sandbox, from: Bundled, forgery: Forgery): Promise<string> {
  const { session, file, repository } = from;
  const attacker = join(box.folder, 'attacker');
  // What an earlier forgery left there is in no later one: only refs that are named are bundled.
  if (!existsSync(attacker)) {
    await box.git(box.folder, 'clone', '--quiet', repository.topLevel, attacker);
    await git(attacker, ['bundle', 'unbundle', file]);
  }
  const prefix = `refs/mm/${session.data.session_id}/`;
  const heads = (await gitLine(attacker, ['bundle', 'list-heads', file])).split('\n');
  const refs = new Map(
    heads.map((line) => [
      line.slice(line.indexOf(' ') + 1 + prefix.length),
      line.split(' ')[0] ?? '',
    ]),
  );
  const old = refs.get('results') ?? '';
  const facts = JSON.parse(await gitLine(attacker, ['show', `${old}:session.json`]));
  await forgery.refs?.(refs, attacker, facts);
  const changed = forgery.facts === undefined ? facts : forgery.facts(facts);
  const texts = { 'session.json': JSON.stringify(changed), ...forgery.texts };
  const tree = await treeWith(attacker, `${old}^{tree}`, texts);
  if (refs.has('results')) {
    refs.set('results', await box.git(attacker, 'commit-tree', tree, '-m', 'forged'));
  }
  const updates = [...refs].map(([name, oid]) => `update ${prefix}${name} ${oid}\n`);
  await git(attacker, ['update-ref', '--stdin'], { input: updates.join('') });
  const out = join(box.folder, 'forged.bundle');
  const names = [...refs.keys()].map((name) => prefix + name);
  await git(attacker, ['bundle', 'create', '--quiet', out, '--stdin'], {
    input: `${[...names, `^${session.data.ref}`].join('\n')}\n`,
  });
  return out;
}

async function treeWith(
  directory: string,
  tree: string,
  texts: Record<string, string>,
): Promise<string> {
  const env = { GIT_INDEX_FILE: join(directory, '.git', 'forged-index') };
  await git(directory, ['read-tree', tree], { env });
  for (const [name, input] of Object.entries(texts)) {
    const oid = await gitLine(directory, ['hash-object', '-w', '--stdin'], { input });
    await git(directory, ['update-index', '--add', '--cacheinfo', `100644,${oid},${name}`], {
      env,
    });
  }
  return gitLine(directory, ['write-tree'], { env });
}

/** A commit of a tree that git itself would not write. */
async function commitOfRawTree(directory: string, entries: readonly [string, string][]) {
  const blob = await gitLine(directory, ['hash-object', '-w', '--stdin'], { input: 'evil\n' });
  const inner = await treeWith(directory, 'HEAD^{tree}', { config: 'evil\n' });
  const input = Buffer.concat(
    entries.map(([mode, name]) =>
      Buffer.concat([
        Buffer.from(`${mode} ${name}\0`),
        Buffer.from(mode === '40000' ? inner : blob, 'hex'),
      ]),
    ),
  );
  const words = ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'];
  const tree = await gitLine(directory, words, { input });
  const author = 'a <a@b> 1 +0000';
  const commit = `tree ${tree}\nauthor ${author}\ncommitter ${author}\n\nx\n`;
  const oid = await gitLine(directory, ['hash-object', '-t', 'commit', '-w', '--stdin'], {
    input: commit,
  });
  return { tree, oid };
}

function withTree(...entries: [string, string][]): Forgery {
  return {
    refs: async (refs, attacker, facts) => {
      const { tree, oid } = await commitOfRawTree(attacker, entries);
      refs.set('pass-0001/claude/tree', oid);
      facts.captures[0].tree = tree;
    },
  };
}

const change = (change: (facts: Json) => void): Forgery => ({
  facts: (facts) => {
    change(facts);
    return facts;
  },
});

const FORGERIES: [string, Forgery, RegExp][] = [
  ['a tree with .git in it', withTree(['100644', '.git']), /git refuses.*'\.git'/],
  ['a tree with .GIT in it', withTree(['40000', '.GIT']), /git refuses/],
  ['a tree with .. in it', withTree(['40000', '..']), /git refuses.*'\.\.'/],
  ['a tree with a path for a name', withTree(['100644', '../../evil']), /git refuses/],
  ['a tree with an absolute name', withTree(['100644', '/etc/evil']), /git refuses/],
  ['a tree with a name twice', withTree(['100644', 'a'], ['100644', 'a']), /git refuses/],
  [
    'a tree that it does not hold',
    change((facts) => {
      facts.captures[0].tree = facts.captures[1].tree;
    }),
    /its refs are not what its results say/,
  ],
  [
    'a model whose name leads out of the session',
    change((facts) => {
      facts.models[0].model = '../../../evil';
    }),
    /models\.0\.model/,
  ],
  [
    'two models whose files have the same name',
    change((facts) => {
      facts.models[0].model = 'gpt#2';
      facts.models[1].model = 'gpt-2';
    }),
    /two models have the same name/,
  ],
  [
    'a session id that is none',
    change((facts) => {
      facts.session_id = '../../heads';
    }),
    /session_id/,
  ],
  [
    'a base that is the user’s own older commit',
    change((facts) => {
      facts.base = '0'.repeat(40);
    }),
    /its refs are not what its results say/,
  ],
  [
    'words that a terminal obeys',
    change((facts) => {
      facts.task = '\u001b]0;pwned\u0007';
    }),
    /task/,
  ],
  [
    'a pass too many',
    change((facts) => {
      facts.captures[0].pass = 2;
    }),
    /a capture of nobody/,
  ],
  [
    'a newer version',
    change((facts) => {
      facts.schema_version = 2;
      facts.new = true;
    }),
    /newer version/,
  ],
  ['facts that are none', { facts: () => [] }, /session\.json does not fit/],
  ['facts that are no JSON', { texts: { 'session.json': '{"schema' } }, /is no JSON/],
  ['no captures', change((facts) => facts.captures.splice(0)), /captures/],
  ['far too much text', { texts: { 'task.md': 'x'.repeat(17 * 1024 * 1024) } }, /too large/],
  [
    'no results',
    {
      refs: async (refs) => {
        refs.delete('results');
      },
    },
    /no results of a session/,
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
  ['nothing', () => Buffer.alloc(0), /no git bundle/],
  ['a text', () => Buffer.from('# v2 git bundles are fine\n\n'), /no git bundle/],
  ['a head without an end', () => Buffer.from('# v2 git bundle\n'), /cut short/],
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
    (_, head, pack) =>
      Buffer.concat([Buffer.from(`${head}${'a'.repeat(40)} refs/heads/main\n\n`), pack]),
    /none of multi-model-execute/,
  ],
  [
    'a ref that leads elsewhere',
    (_, head, pack) =>
      Buffer.concat([Buffer.from(`${head}${'a'.repeat(40)} refs/mm/../heads/main\n\n`), pack]),
    /none of multi-model-execute/,
  ],
  [
    'a hundred thousand refs',
    (_, head, pack) => {
      const name = /refs\/mm\/\S+\//.exec(head)?.[0];
      const more = Array.from({ length: 100_000 }, (_, at) => `${'a'.repeat(40)} ${name}x${at}\n`);
      return Buffer.concat([Buffer.from(`${head}${more.join('')}\n`), pack]);
    },
    /too long|holds \d+ refs/,
  ],
  [
    'a filter',
    (_, head, pack) =>
      Buffer.concat([
        Buffer.from(
          `${head.replace('# v2 git bundle\n', '# v3 git bundle\n@filter=\u001b]0;x\u0007\n')}\n`,
        ),
        pack,
      ]),
    /asks for something unknown/,
  ],
];

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
  const from = await bundledSession(box);
  const there = await cloneElsewhere(box, from.repository.topLevel);
  const fifo = join(box.folder, 'fifo');
  await runCommand({ file: 'mkfifo', args: [fifo], cwd: box.folder, env: process.env });
  const codeOf = async (file: string) => (await rejection(openBundle(there, file, {}))).code;
  assert.is(await codeOf(box.folder), 'bad-bundle');
  assert.is(await codeOf(fifo), 'bad-bundle');
  assert.is(await codeOf(join(box.folder, 'none')), 'unreadable-file');
});

test('more than is wanted stays outside: other refs of the session, other files of the results', async () => {
  await using box = await ownSandbox();
  const from = await bundledSession(box);
  const file = await forge(box, from, {
    refs: async (refs, attacker) => {
      refs.set('more', await box.git(attacker, 'commit-tree', '-m', 'more', `${from.tree}`));
    },
    texts: { 'pass-0001/run.sh': 'rm -rf /\n', '.multi-model.json': '{}', 'refs.bundle': 'x' },
  });
  const there = await cloneElsewhere(box, from.repository.topLevel);
  const { session } = await openBundle(there, file, {});
  const refs = await box.git(there.topLevel, 'for-each-ref', 'refs/mm');
  assert.not.match(refs, '/more');
  for (const name of ['pass-0001/run.sh', '.multi-model.json', 'refs.bundle'])
    assert.not.ok(existsSync(join(session.directory, name)), name);
});

test('a setting of the user’s that allows odd objects does not let these in', async () => {
  await using box = await ownSandbox();
  const from = await bundledSession(box);
  const file = await forge(box, from, withTree(['100644', '.git']));
  const there = await cloneElsewhere(box, from.repository.topLevel);
  for (const name of ['fetch.fsck.hasDotgit', 'receive.fsck.hasDotgit', 'fsck.hasDotgit'])
    await box.git(there.topLevel, 'config', name, 'ignore');
  await box.git(there.topLevel, 'config', 'fetch.fsckObjects', 'false');
  assert.is((await rejection(openBundle(there, file, {}))).code, 'bad-bundle');
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

const OID = 'a'.repeat(40);
const HEADS: [string, string, BundleHeader | string][] = [
  [
    'two refs that build on a commit',
    `# v2 git bundle\n-${OID} its title\n${OID} refs/a\n${OID} refs/b c\n\nPACK`,
    {
      digits: 40,
      prerequisites: [OID],
      refs: [
        { oid: OID, name: 'refs/a' },
        { oid: OID, name: 'refs/b c' },
      ],
    },
  ],
  [
    'longer object ids',
    `# v3 git bundle\n@object-format=sha256\n${'b'.repeat(64)} refs/a\n\nPACK`,
    { digits: 64, prerequisites: [], refs: [{ oid: 'b'.repeat(64), name: 'refs/a' }] },
  ],
  ['another version', `# v9 git bundle\n${OID} refs/a\n\n`, 'no git bundle'],
  ['an id of the wrong length', `# v2 git bundle\n${OID}a refs/a\n\n`, 'no object id'],
  ['a line without a space', '# v2 git bundle\nrefs/a\n\n', 'no object id'],
  ['something else than an id', `# v2 git bundle\n-${'-'.repeat(40)}\n\n`, 'no object id'],
];

for (const [name, text, wanted] of HEADS) {
  test(`the head of a bundle: ${name}`, () => {
    if (typeof wanted !== 'string') {
      assert.equal(parseBundleHeader(Buffer.from(text)), wanted);
      return;
    }
    try {
      parseBundleHeader(Buffer.from(text));
      assert.unreachable('it was read');
    } catch (error) {
      assert.instance(error, HeaderProblem);
      assert.match((error as Error).message, wanted);
    }
  });
}

test.run();
