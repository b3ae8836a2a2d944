import { existsSync } from 'node:fs';
import { appendFile, chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { git, gitLine, type TrustedPlace } from '../../scripts/lib/git/git.ts';
import { bytesOf, splitNul } from '../../scripts/lib/git/paths.ts';
import { stageFiles } from '../../scripts/lib/git/stage-files.ts';
import { readTree } from '../../scripts/lib/git/trees.ts';
import {
  configurationText,
  parseConfiguration,
  placeIn,
  type Setting,
  settingsForContents,
} from '../../scripts/lib/git/trusted-git-dir.ts';
import { readAll } from '../support/awkward-files.ts';
import { ownSandbox } from '../support/own-sandbox.ts';
import type { Files, Sandbox } from '../support/sandbox.ts';
import { makePlaces, showTree, writeWorkingTree } from '../support/working-tree.ts';

const FILTER: Setting[] = [
  ['filter.Upper Case.clean', 'tr a-z A-Z'],
  ['filter.Upper Case.smudge', 'tr A-Z a-z'],
  ['filter.Upper Case.required', null],
];

/** Settings, and those of them that say how files become objects. */
const SETTINGS: [string, Setting[], Setting[]][] = [
  ['none', [], []],
  [
    'line ends, modes and names',
    [
      ['core.autocrlf', 'input'],
      ['core.eol', 'lf'],
      ['core.filemode', 'false'],
      ['core.symlinks', 'false'],
      ['core.precomposeunicode', 'true'],
      ['core.protecthfs', 'true'],
      ['core.attributesfile', '~/.attributes'],
      ['core.excludesfile', '~/.ignore'],
      ['core.sparsecheckout', 'true'],
      ['core.sparsecheckoutcone', null],
    ],
    [
      ['core.autocrlf', 'input'],
      ['core.eol', 'lf'],
      ['core.filemode', 'false'],
      ['core.symlinks', 'false'],
      ['core.precomposeunicode', 'true'],
      ['core.protecthfs', 'true'],
      ['core.attributesfile', '~/.attributes'],
      ['core.excludesfile', '~/.ignore'],
      ['core.sparsecheckout', 'true'],
      ['core.sparsecheckoutcone', null],
    ],
  ],
  [
    'what lets git overlook a change, starts a program or leads elsewhere',
    [
      ['core.trustctime', 'false'],
      ['core.checkstat', 'minimal'],
      ['core.ignorestat', 'true'],
      ['core.fsmonitor', '/tmp/program'],
      ['core.untrackedcache', 'true'],
      ['core.splitindex', 'true'],
      ['core.hookspath', '/tmp/hooks'],
      ['core.pager', 'less'],
      ['core.editor', 'vi'],
      ['core.worktree', '/elsewhere'],
      ['core.bare', 'true'],
      ['core.gitproxy', 'proxy'],
      ['core.alternaterefscommand', 'program'],
      ['core.ignorecase', 'true'],
      ['core.safecrlf', 'true'],
      ['core.bigfilethreshold', '1'],
      ['include.path', '/tmp/more'],
      ['includeif.gitdir:/x/.path', '/tmp/more'],
      ['alias.add', '!program'],
      ['index.version', '4'],
      ['index.sparse', 'true'],
      ['user.name', 'Me'],
      ['gpg.program', 'program'],
      ['commit.gpgsign', 'true'],
      ['submodule.recurse', 'true'],
      ['extensions.worktreeconfig', 'true'],
      ['core.repositoryformatversion', '1'],
      ['filterx.a', 'b'],
      ['add.ignoreerrors', 'true'],
    ],
    [],
  ],
  [
    'filters and merge drivers',
    [...FILTER, ['merge.conflictstyle', 'diff3']],
    [...FILTER, ['merge.conflictstyle', 'diff3']],
  ],
  [
    'of diffs what is no program',
    [
      ['diff.external', 'program'],
      ['diff.pdf.textconv', 'pdftotext'],
      ['diff.pdf.command', 'program'],
      ['diff.a.b.command', 'program'],
      ['diff.pdf.binary', 'true'],
      ['diff.algorithm', 'patience'],
    ],
    [
      ['diff.pdf.binary', 'true'],
      ['diff.algorithm', 'patience'],
    ],
  ],
  [
    'no remotes and no secrets where nothing is fetched',
    [
      ['remote.origin.url', 'https://me:secret@host/x'],
      ['url.https://token@host/.insteadof', 'https://host/'],
      ['credential.helper', 'store'],
      ['http.https://host/.extraheader', 'AUTHORIZATION: basic c2VjcmV0'],
      ['http.proxy', 'http://me:secret@proxy'],
      ['core.sshcommand', 'ssh -i key'],
      ['core.askpass', '/bin/ask'],
      ['protocol.allow', 'always'],
      ['branch.main.remote', 'origin'],
    ],
    [],
  ],
  [
    'with git-lfs where it fetches, but no headers',
    [
      ['filter.lfs.process', 'git-lfs filter-process'],
      ['lfs.url', 'https://host/lfs'],
      ['remote.origin.url', 'https://host/x'],
      ['credential.helper', 'store'],
      ['http.https://host/.extraheader', 'AUTHORIZATION: basic c2VjcmV0'],
      ['core.sshcommand', 'ssh -i key'],
    ],
    [
      ['filter.lfs.process', 'git-lfs filter-process'],
      ['lfs.url', 'https://host/lfs'],
      ['remote.origin.url', 'https://host/x'],
      ['credential.helper', 'store'],
    ],
  ],
  ...(
    [
      ['extensions.partialclone', 'origin'],
      ['remote.origin.promisor', 'true'],
    ] as Setting[]
  ).map(([key, value]): [string, Setting[], Setting[]] => {
    const settings: Setting[] = [
      [key, value],
      ['remote.origin.url', 'https://host/x'],
      ['remote.origin.partialclonefilter', 'blob:none'],
      ['http.https://host/.extraheader', 'AUTHORIZATION: basic c2VjcmV0'],
      ['core.sshcommand', 'ssh -i key'],
      ['core.askpass', '/bin/ask'],
      ['credential.helper', 'store'],
      ['ssh.variant', 'simple'],
    ];
    return [`all that a partial clone needs to fetch (${key})`, settings, settings];
  }),
];

for (const [name, all, kept] of SETTINGS) {
  test(`what counts for contents: ${name}`, () => {
    assert.equal(settingsForContents(all), kept);
  });
}

/** Keys and values that a configuration file has to quote. */
const AWKWARD: Setting[] = [
  ['core.autocrlf', 'input'],
  ['core.autocrlf', 'false'],
  ['core.sparsecheckoutcone', null],
  ['core.eol', ''],
  ['filter.a.clean', ' leading and trailing '],
  ['filter.a.clean', 'two\nlines\n\n'],
  ['filter.a.clean', '\ttabs\tin it\t'],
  ['filter.a.clean', 'a # b ; c'],
  ['filter.a.clean', '"quoted" and "half'],
  ['filter.a.clean', 'back\\slash \\n \\t \\" \\'],
  ['filter.a.clean', '\\'],
  ['filter.a.clean', '"'],
  ['filter.a.clean', 'carriage\rreturn and end\r'],
  ['filter.a.clean', 'both\r\nof them\r\n'],
  ['filter.a.clean', 'bell\x07 back\b escape\x1b[0m'],
  ['filter.a.clean', '= [section] %f'],
  ['filter.a.clean', 'ümläut 日本'],
  ['filter.a.clean', `sh -c 'sed "s/\\\\$Id\\\\$/x/" "$1"' --`],
  ['filter.a "quoted" b.clean', 'x'],
  ['filter.back\\slash.clean', 'x'],
  ['filter.ends\\.clean', 'x'],
  ['filter.with.dots.in.it.clean', 'x'],
  ['filter.Upper And Lower.clean', 'x'],
  ['filter.brackets]and[ # ; =.clean', 'x'],
  ['filter. spaces .clean', 'x'],
  ['filter.\ttab.clean', 'x'],
  ['filter.ü.clean', 'x'],
  ['filter..clean', 'an empty name'],
  ['url.https://me:secret@host:8080/a.b?c=d.insteadof', 'host:'],
  ['filter.a.required', null],
];

async function readBack(box: Sandbox, settings: readonly Setting[]): Promise<Setting[]> {
  const file = join(box.folder, 'written');
  await writeFile(file, configurationText(settings));
  const words = ['config', '--file', file, '--list', '-z'];
  const { stdout } = await git(box.folder, words);
  return splitNul(stdout).map((item) => {
    const text = bytesOf(item).toString('utf8');
    const at = text.indexOf('\n');
    return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)];
  });
}

test('a configuration that is written is read back by git as it was, all at once', async () => {
  await using box = await ownSandbox();
  assert.equal(await readBack(box, AWKWARD), AWKWARD);
  assert.equal(await readBack(box, []), []);
});

test('and by us; what anybody changed in it is not passed over', () => {
  const text = configurationText(AWKWARD);
  assert.equal(parseConfiguration(text), AWKWARD);
  assert.equal(parseConfiguration(''), []);
  for (const changed of [`${text}\tbare = true\n`, `# mine\n${text}`, text.slice(0, -1)])
    assert.is(parseConfiguration(changed), null);
});

for (const setting of AWKWARD) {
  test(`and by itself: ${JSON.stringify(setting)}`, async () => {
    await using box = await ownSandbox();
    assert.equal(await readBack(box, [setting]), [setting]);
  });
}

const SHOUT = 'tr a-z A-Z';

/** A repository with settings of the user's, its places, and its tree as each of them reads it. */
async function setUp(files: Files, settings: Record<string, string> = {}) {
  const box = await ownSandbox();
  const at = await box.repository(files);
  for (const [name, value] of Object.entries(settings)) await box.git(at, 'config', name, value);
  const places = await makePlaces(box, at);
  const show = async (place: TrustedPlace) =>
    showTree(at, await writeWorkingTree(place, join(box.folder, 'no index')));
  return {
    ...{ box, at, show, ...places },
    config: (trust: string) => readFile(join(box.folder, 'trust', trust, 'config'), 'utf8'),
    [Symbol.asyncDispose]: () => box[Symbol.asyncDispose](),
  };
}

test('files are read as the user’s settings say, or byte for byte', async () => {
  await using box = await ownSandbox();
  const at = await box.repository({
    '.gitattributes': '*.up filter=shout\n*.id ident\n*.w working-tree-encoding=UTF-16LE\n',
    'sub/.gitattributes': '*.crlf text eol=crlf\n',
  });
  await box.git(at, 'config', 'filter.shout.clean', SHOUT);
  await box.git(at, 'config', '--global', 'core.autocrlf', 'input');
  await writeFile(join(at, '.git', 'info', 'attributes'), '*.raw -text\n');
  await writeFile(join(at, '.git', 'info', 'exclude'), '*.out\n');
  await mkdir(join(at, 'sub'), { recursive: true });
  const files = {
    'a.txt': 'a\r\n',
    'b.raw': 'b\r\n',
    'c.up': 'c\n',
    'd.id': '$Id: something $\n',
    'e.w': Buffer.from('e\n', 'utf16le').toString('latin1'),
    'sub/f.crlf': 'f\r\n',
  };
  for (const [path, text] of Object.entries(files))
    await writeFile(join(at, path), Buffer.from(text, 'latin1'));
  await writeFile(join(at, 'ignored.out'), 'x');
  const places = await makePlaces(box, at);
  const show = async (place: TrustedPlace) => {
    const shown = await showTree(at, await writeWorkingTree(place, join(box.folder, 'no index')));
    return Object.fromEntries(
      Object.entries(shown).filter(([path]) => !path.endsWith('attributes')),
    );
  };
  const converted = {
    'a.txt': 'a\n',
    'b.raw': 'b\r\n',
    'c.up': 'C\n',
    'd.id': '$Id$\n',
    'e.w': 'e\n',
    'sub/f.crlf': 'f\n',
  };
  assert.equal(await show(places.main), converted);
  assert.equal(await show(places.worktrees), converted);
  assert.equal(await show(places.bytes), files);
});

test('and written back so', async () => {
  await using it = await setUp(
    {
      '.gitattributes': '*.up filter=shout\n* text=auto eol=crlf\n',
      'a.txt': 'a\n',
      'c.up': 'c\n',
    },
    { 'filter.shout.smudge': SHOUT },
  );
  const entries = await readTree(it.at, 'HEAD');
  entries.delete('.gitattributes');
  for (const [name, expected] of [
    ['main', { 'a.txt': '644 a\r\n', 'c.up': '644 C\r\n' }],
    ['bytes', { 'a.txt': '644 a\n', 'c.up': '644 c\n' }],
  ] as const) {
    const folder = join(it.box.folder, `staged-${name}`);
    await mkdir(folder);
    await stageFiles(it[name], entries, folder);
    const { '.gitattributes': _, ...written } = await readAll(folder);
    assert.equal(written, expected, name);
  }
});

/** Ways to plant something after the session began: in the repository, in the user's own configuration. */
const PLANTED: [string, (box: Sandbox, at: string) => Promise<unknown>][] = [
  [
    'a filter',
    (box, at) => box.git(at, 'config', 'filter.known.clean', `touch ${box.folder}/ran; cat`),
  ],
  [
    'a filter for all repositories',
    (box, at) =>
      box.git(at, 'config', '--global', 'filter.known.clean', `touch ${box.folder}/ran; cat`),
  ],
  [
    'a filter that is required, and a process',
    async (box, at) => {
      await box.git(at, 'config', 'filter.known.process', `touch ${box.folder}/ran; exit 1`);
      await box.git(at, 'config', 'filter.known.required', 'true');
    },
  ],
  ['line ends', (box, at) => box.git(at, 'config', 'core.autocrlf', 'true')],
  ['ignored modes', (box, at) => box.git(at, 'config', 'core.fileMode', 'false')],
  [
    'attributes',
    (_, at) => writeFile(join(at, '.git', 'info', 'attributes'), '* -text filter=x\n'),
  ],
  [
    'an attributes file by configuration',
    async (box, at) => {
      await writeFile(join(box.folder, 'attributes'), '* text eol=crlf\n');
      await box.git(at, 'config', 'core.attributesFile', join(box.folder, 'attributes'));
    },
  ],
  ['excludes', (_, at) => appendFile(join(at, '.git', 'info', 'exclude'), '*\n')],
  [
    'an excludes file by configuration',
    async (box, at) => {
      await writeFile(join(box.folder, 'excludes'), '*\n');
      await box.git(at, 'config', 'core.excludesFile', join(box.folder, 'excludes'));
    },
  ],
  [
    'a sparse checkout',
    async (box, at) => {
      await box.git(at, 'config', 'core.sparseCheckout', 'true');
      await writeFile(join(at, '.git', 'info', 'sparse-checkout'), '/nothing\n');
    },
  ],
  ['another working tree', (box, at) => box.git(at, 'config', 'core.worktree', box.folder)],
  [
    'an fsmonitor',
    (box, at) => box.git(at, 'config', 'core.fsmonitor', `touch ${box.folder}/ran; true`),
  ],
  ['a configuration that is none', (_, at) => writeFile(join(at, '.git', 'config'), '[broken\n')],
  ['a locked index', (_, at) => writeFile(join(at, '.git', 'index.lock'), '')],
  ['a damaged index', (_, at) => writeFile(join(at, '.git', 'index'), 'none')],
];

for (const [name, plant] of PLANTED) {
  test(`planted after the making, without effect: ${name}`, async () => {
    await using it = await setUp({
      '.gitattributes': '*.known filter=known\n',
      'a.txt': 'a\r\n',
      'b.known': 'b\n',
      'tool.sh': 't\n',
    });
    await chmod(join(it.at, 'tool.sh'), 0o755);
    const list = async (place: TrustedPlace) =>
      gitLine(place, ['ls-tree', '-r', await writeWorkingTree(place, join(it.box.folder, 'none'))]);
    const before = [await list(it.main), await list(it.worktrees), await list(it.bytes)];
    await plant(it.box, it.at);
    assert.equal([await list(it.main), await list(it.worktrees), await list(it.bytes)], before);
    assert.not.ok(existsSync(join(it.box.folder, 'ran')));
  });
}

test('nothing of the making is left in the repository, and only the user may read it', async () => {
  await using box = await ownSandbox();
  const at = await box.repository();
  const list = async () => (await readdir(join(at, '.git'), { recursive: true })).sort();
  const before = await list();
  await makePlaces(box, at);
  assert.equal(await list(), before);
  for (const trust of ['main', 'worktrees', 'bytes']) {
    const folder = join(box.folder, 'trust', trust);
    assert.is((await stat(join(folder, 'config'))).mode & 0o077, 0, trust);
    assert.is((await stat(join(folder, 'info'))).mode & 0o077, 0, trust);
  }
});

const SECRETS = {
  'http.https://host/.extraheader': 'AUTHORIZATION: basic c2VjcmV0',
  'remote.origin.url': 'https://me:c2VjcmV0@host/x',
  'url.https://c2VjcmV0@host/.insteadOf': 'https://host/',
};

test('secrets are not copied', async () => {
  await using it = await setUp({ 'a.txt': 'a\n' }, SECRETS);
  for (const trust of ['main', 'worktrees', 'bytes']) {
    assert.not.match(await it.config(trust), 'c2VjcmV0');
  }
});

test('unless the clone is partial; for bytes nothing but contents counts', async () => {
  await using it = await setUp(
    { 'a.txt': 'a\n' },
    { ...SECRETS, 'remote.origin.promisor': 'true', 'filter.x.clean': 'cat' },
  );
  for (const trust of ['main', 'worktrees']) {
    assert.match(await it.config(trust), 'AUTHORIZATION: basic c2VjcmV0');
  }
  assert.not.match(await it.config('bytes'), 'filter');
});

test('a partial clone fetches the contents that are written', async () => {
  await using box = await ownSandbox();
  const remote = await box.repository({ 'a.txt': 'a\n', 'b.txt': 'b\n' }, 'remote');
  await box.git(remote, 'config', 'uploadpack.allowFilter', 'true');
  await box.git(remote, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  const at = join(box.folder, 'project');
  const words = ['clone', '--quiet', '--no-checkout', '--filter=blob:none', `file://${remote}`, at];
  await box.git(box.folder, ...words);
  const { main, worktrees, bytes } = await makePlaces(box, at);
  const folder = join(box.folder, 'staged');
  await mkdir(folder);
  const [a = [], b = []] = [...(await readTree(at, 'HEAD'))].map((entry) => [entry]);
  await stageFiles(main, new Map(a), folder);
  await stageFiles(worktrees, new Map(b), folder);
  assert.equal(await readAll(folder), { 'a.txt': '644 a\n', 'b.txt': '644 b\n' });
  // What lies in the main tree is there already when it is put back as bytes.
  await stageFiles(bytes, new Map([...a, ...b]), folder);
});

test('a repository whose objects have longer ids', async () => {
  await using box = await ownSandbox();
  const at = join(box.folder, 'project');
  await box.git(box.folder, 'init', '--quiet', '--object-format=sha256', at);
  await writeFile(join(at, 'a.txt'), 'a\n');
  await box.git(at, 'add', '--all');
  await box.git(at, 'commit', '--quiet', '-m', 'Start');
  for (const place of Object.values(await makePlaces(box, at))) {
    const tree = await writeWorkingTree(place, join(at, '.git', 'index'));
    assert.is(tree, await box.git(at, 'rev-parse', 'HEAD^{tree}'));
  }
});

test('a value that is no UTF-8 is copied byte for byte', async () => {
  await using box = await ownSandbox();
  const at = await box.repository();
  const text = Buffer.from('[filter "caf\xe9"]\n\tclean = echo caf\xe9\n', 'latin1');
  await appendFile(join(at, '.git', 'config'), text);
  const { main } = await makePlaces(box, at);
  const read = async (place: TrustedPlace | string) => {
    const words = ['config', '--list', '-z', '--local'];
    const items = splitNul((await git(place, words)).stdout);
    return items.filter((item) => item.startsWith('filter.'));
  };
  assert.equal(await read(main), await read(at));
});

test('the same git directory over another folder, objects in the repository’s own store', async () => {
  await using it = await setUp({ 'a.txt': 'a\n' });
  const folder = join(it.box.folder, 'other');
  await mkdir(folder);
  await writeFile(join(folder, 'x.txt'), 'x\n');
  const tree = await writeWorkingTree(placeIn(it.main, folder), join(it.box.folder, 'no index'));
  assert.equal(await showTree(it.at, tree), { 'x.txt': 'x\n' });
  assert.is(await gitLine(it.main, ['rev-parse', '--show-toplevel']), it.at);
});

test.run();
