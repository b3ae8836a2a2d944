import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { listChanges } from '../../scripts/lib/git/changes.ts';
import { mergeTrees } from '../../scripts/lib/git/merge-trees.ts';
import { bytesOf } from '../../scripts/lib/git/paths.ts';
import { compareCandidates } from '../../scripts/lib/synthesis/compare.ts';
import { applyHunks, type Hunk } from '../../scripts/lib/synthesis/hunks.ts';
import { readHunks } from '../../scripts/lib/synthesis/read-hunks.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { seededRandom } from './random.ts';
import { executable, link, makeRepository, submodule } from './repository.ts';

const place = ({ old_start, old_lines, new_start, new_lines, lines }: Hunk) => [
  `-${old_start},${old_lines} +${new_start},${new_lines}`,
  ...lines,
];

test('hunks of text files, by names of any kind; nothing for what is no text', async () => {
  await using folder = await temporaryFolder();
  const { directory, tree } = await makeRepository(folder.path);
  const oid = '1'.repeat(40);
  const base = await tree({
    '-dash': 'a\nb\n',
    '@@ -1 +1 @@': 'a\n',
    'a "quote"\nand\\newline': 'a\n',
    binary: 'a\0b',
    deleted: 'x\ny\n',
    edges: '1\n2\n3\n',
    exe: 'x\n',
    'exe-edit': 'x\n',
    folder: 'x\n',
    'l\xe4tin': 'a\n',
    link: link('a'),
    'now-link': 'a\n',
    old: 'a\nb\nc\n',
    'sub module': submodule(oid),
    'z last': 'a',
  });
  const changed = await tree(
    {
      '-dash': 'a\nb\nc\n',
      '@@ -1 +1 @@': 'a\n@@ -9 +9 @@\ndiff --git a/x b/x\n\\ No newline\n--- a\n+++ b\n',
      'a "quote"\nand\\newline': 'b\n',
      'added file': 'n\nm',
      'added empty': '',
      binary: 'a\0c',
      deleted: null,
      edges: '0\n1\n2\n3\n4\n',
      exe: executable('x\n'),
      'exe-edit': executable('y\n'),
      folder: null,
      'folder/inside': 'x\n',
      'l\xe4tin': '\xe9\r\n',
      link: link('b'),
      'now-link': link('a'),
      old: null,
      new: 'a\nb\nC\n',
      'sub module': submodule('2'.repeat(40)),
      'z last': 'b',
    },
    base,
  );
  const hunks = await readHunks(directory, base, changed);
  const found = [...hunks].filter((file) => file[1].hunks.length > 0);
  assert.equal(Object.fromEntries(found.map(([path, file]) => [path, file.hunks.map(place)])), {
    '-dash': [['-2,0 +3,1', 'c\n']],
    '@@ -1 +1 @@': [
      [
        '-1,0 +2,5',
        '@@ -9 +9 @@\n',
        'diff --git a/x b/x\n',
        '\\ No newline\n',
        '--- a\n',
        '+++ b\n',
      ],
    ],
    'a "quote"\nand\\newline': [['-1,1 +1,1', 'b\n']],
    'added file': [['-0,0 +1,2', 'n\n', 'm']],
    deleted: [['-1,2 +0,0']],
    edges: [
      ['-0,0 +1,1', '0\n'],
      ['-3,0 +5,1', '4\n'],
    ],
    'exe-edit': [['-1,1 +1,1', 'y\n']],
    folder: [['-1,1 +0,0']],
    'folder/inside': [['-0,0 +1,1', 'x\n']],
    'l\xe4tin': [['-1,1 +1,1', '\xe9\r\n']],
    old: [['-1,3 +0,0']],
    new: [['-0,0 +1,3', 'a\n', 'b\n', 'C\n']],
    'z last': [['-1,1 +1,1', 'b']],
  });
  // Counted as git counts; what is said of each agrees with git's own list.
  for (const { path, status, mode, oid, binary, additions, deletions } of await listChanges(
    directory,
    base,
    changed,
    { renames: false },
  )) {
    const file = hunks.get(path);
    assert.equal(
      [file?.status, file?.to?.mode ?? null, file?.to?.oid ?? null, file?.binary],
      [status, mode, oid, binary],
      path,
    );
    assert.equal([file?.additions, file?.deletions], [additions, deletions], path);
  }
  assert.is((await readHunks(directory, base, base)).size, 0);
});

type Random = (below: number) => number;

/** Few different lines, so that hunks are many and close; sometimes without a newline at the end, or empty. */
function randomText(random: Random): string {
  const lines = [
    'a',
    'b',
    'a\r',
    '\xe9',
    '',
    ' b',
    '+',
    '-',
    '\\ No newline at end of file',
    '@@ -1 +1 @@',
  ];
  const text = Array.from({ length: random(12) }, () => `${lines[random(lines.length)]}\n`).join(
    '',
  );
  return random(3) === 0 ? text.slice(0, -1) : text;
}

function randomEdit(text: string, random: Random): string {
  const lines = text.split(/(?<=\n)/).flatMap((line) => {
    const choice = random(8);
    return choice === 0
      ? []
      : choice === 1
        ? [`e${random(5)}\n`]
        : choice === 2
          ? [line, 'i\n']
          : [line];
  });
  return lines.join('');
}

test('a version is base with all its hunks, byte for byte', async () => {
  await using folder = await temporaryFolder();
  const { directory, tree, read } = await makeRepository(folder.path);
  const random = seededRandom(1);
  const texts = Object.fromEntries(
    Array.from({ length: 250 }, (_, index) => [`f${index}`, randomText(random)]),
  );
  const base = await tree(texts);
  const edited = await tree(
    Object.fromEntries(
      Object.entries(texts).map(([path, text]) => [
        path,
        random(4) === 0 ? randomText(random) : randomEdit(text, random),
      ]),
    ),
  );
  const versions = await read(edited);
  const hunks = await readHunks(directory, base, edited);
  assert.ok(hunks.size > 150);
  for (const [path, text] of Object.entries(texts)) {
    const made = applyHunks(bytesOf(text), hunks.get(path)?.hunks ?? []).toString('latin1');
    assert.is(made, versions[path], path);
  }
});

test('what is called disjoint is what git merges, to the same bytes', async () => {
  await using folder = await temporaryFolder();
  const { directory, tree, read } = await makeRepository(folder.path);
  const random = seededRandom(2);
  const numbered = (count: number) =>
    Array.from({ length: count }, (_, line) => `line ${line}\n`).join('');
  const texts = Object.fromEntries(
    Array.from({ length: 200 }, (_, index) => [`f${index}`, numbered(3 + random(12))]),
  );
  const edit = (own: string) =>
    Object.fromEntries(
      Object.entries(texts).map(([path, text]) => [
        path,
        text.replace(/line (\d+)\n/g, (line) => {
          const choice = random(12);
          return ['', `${own}${line}`, `${line}${own}\n`, `both\n`][choice] ?? line;
        }),
      ]),
    );
  const base = await tree(texts);
  const [oursTexts, theirsTexts] = [edit('ours'), edit('theirs')];
  const [ours, theirs] = [await tree(oursTexts), await tree(theirsTexts)];
  const candidates = [
    { model: 'ours', tree: ours },
    { model: 'theirs', tree: theirs },
  ];
  const files = await compareCandidates(directory, base, candidates);
  const merge = await mergeTrees(directory, base, ours, theirs);
  const disjoint = files.filter(({ agreement }) => agreement === 'disjoint');
  const only = (side: Record<string, string>) =>
    tree(Object.fromEntries(disjoint.map(({ path }) => [path, side[path] ?? ''])), base);
  const clean = await mergeTrees(directory, base, await only(oursTexts), await only(theirsTexts));
  assert.equal(clean.conflicts, []);
  const merged = await read(clean.tree);
  assert.ok(disjoint.length > 10 && disjoint.length < 200, `${disjoint.length} disjoint`);
  for (const { path, hunks } of disjoint) {
    assert.not(merge.conflicts.includes(path), path);
    assert.is(applyHunks(bytesOf(texts[path] ?? ''), hunks).toString('latin1'), merged[path], path);
  }
  const conflicts = files
    .filter(({ agreement }) => agreement === 'conflict')
    .map(({ path }) => path);
  for (const path of merge.conflicts) assert.ok(conflicts.includes(path), path);
});

test.run();
