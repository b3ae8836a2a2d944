import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { inlineCode } from '../../scripts/lib/foreign-text.ts';
import { comparisonMarkdown } from '../../scripts/lib/synthesis/markdown.ts';
import { questionsIn } from '../../scripts/lib/synthesis/questions.ts';
import { added, deleted, file, hunkAt, version } from './compared.ts';

test('a table of all files, then what excludes each other, with its hunks', () => {
  const hunks = [
    hunkAt(1, 'fine\n', ['a']),
    hunkAt(4, 'x = 1\n', ['a']),
    hunkAt(4, 'x = 2\n', ['b']),
  ];
  const files = [
    file('new', 'single', [added('b', 'old')]),
    file('src/a.ts', 'conflict', [version('a'), version('b')], { hunks }),
    file('x', 'split', [deleted('a'), version('b', { binary: true })]),
  ];
  const [first, second] = questionsIn(files);
  const markdown = comparisonMarkdown(files);
  const [deletion, edit] = (second?.options ?? []).map(({ models }) => models[0]);
  assert.is(
    markdown,
    `## Files

3 files changed. Versions lie under files/MODEL/, by their paths.

| file | agreement | \`a\` | \`b\` |
| --- | --- | --- | --- |
| \`new\` | single |  | added +1 −0 from \`old\` |
| \`src/a.ts\` | conflict | modified +1 −1 | modified +1 −1 |
| \`x\` | split | deleted +0 −1 | modified binary |

## Where versions exclude each other

### \`src/a.ts\`: conflict

Decision \`${first?.id}\`:

${hunkText(hunks[1], 'a', 'x = 1')}

${hunkText(hunks[2], 'b', 'x = 2')}

### \`x\`: split

Decision \`${second?.id}\`, which version:

- \`${deletion}\`${meaningOf(deletion)}
- \`${edit}\`${meaningOf(edit)}
`.replace(...inOrderOfIds(hunks[1], hunks[2])),
  );
});

/** The one that a deleted, and the one that b edited. */
function meaningOf(model = ''): string {
  return model === 'a' ? ': deleted' : ': mode 100644';
}

function hunkText(hunk: { id: string } | undefined, model: string, text: string): string {
  return `\`${hunk?.id}\` by \`${model}\`, for line 4 of base:\n\n\`\`\`text\n${text}\n\`\`\``;
}

/** Hunks of one place are listed by id, which the test does not choose. */
function inOrderOfIds(a?: { id: string }, b?: { id: string }): [string, string] {
  const [first, second] = [hunkText(a, 'a', 'x = 1'), hunkText(b, 'b', 'x = 2')];
  const inOrder = (a?.id ?? '') < (b?.id ?? '');
  return [`${first}\n\n${second}`, inOrder ? `${first}\n\n${second}` : `${second}\n\n${first}`];
}

test('names cannot leave their cell, content cannot leave its block', () => {
  const hostile = 'a|b`c``d\n## owned\x1b[2J\u202e\t\\|';
  const evil = '```\n';
  const markdown = comparisonMarkdown([
    file(Buffer.from(hostile).toString('latin1'), 'conflict', [version('a'), version('b')], {
      hunks: [hunkAt(1, evil, ['a']), hunkAt(1, `${evil.trim()}\`\x07\r\n`, ['b'])],
    }),
  ]);
  assert.not.match(markdown, /^## owned/m);
  assert.not.match(markdown, /(?!\n)[\p{Cc}\u202e]/u);
  const [row = ''] = markdown.split('\n').filter((line) => line.includes('owned'));
  assert.is(row.match(/(?<!\\)\|/g)?.length, 5);
  assert.match(markdown, /^````text\n```\n````$/m);
  assert.match(markdown, /^`````text\n````\\u\{7\}\n`````$/m);
});

const spans: [string, string][] = [
  ['plain', '`plain`'],
  ['a`b', '``a`b``'],
  ['`a', '`` `a ``'],
  ['a``', '``` a`` ```'],
  [' a ', '`  a  `'],
  ['a\nb\tc', '`a\\nb\\tc`'],
  ['a|b', '`a\\|b`'],
  ['a\\|b', '`a\\u{5c}\\|b`'],
];
for (const [text, expected] of spans) {
  test(`in a code span: ${JSON.stringify(text)}`, () => assert.is(inlineCode(text), expected));
}

test('long hunks and long lines are cut, and it is said', () => {
  const long = hunkAt(1, '', ['a']);
  const lines = Array.from({ length: 50 }, () => `${'x'.repeat(500)}\n`);
  const markdown = comparisonMarkdown([
    file('f', 'conflict', two(), {
      hunks: [{ ...long, lines, new_lines: 50 }, hunkAt(1, 'b\n', ['b'])],
    }),
  ]);
  assert.match(markdown, /\.\.\. and 10 lines more\./);
  assert.match(markdown, /^x{160}…$/m);
});

test('the more hunks, the less of each, down to a line for each version; the source of each file that is suggested', () => {
  const many = (length: number) =>
    Array.from({ length }, (_, at) => {
      const hunk = (model: string) => ({
        ...hunkAt(1, `${model}\n`, [model], `f${at}`),
        lines: Array.from({ length: 50 }, () => `${model}\n`),
      });
      return file(`f${at}`, 'conflict', two(), { hunks: [hunk('a'), hunk('b')] });
    });
  const picks = [
    { path: 'f0', from: 'a' },
    {
      path: 'f1',
      hunks: [
        { from: 'a', ids: ['h1'] },
        { from: 'b', ids: ['h2'] },
      ],
    },
  ];
  const markdown = comparisonMarkdown(many(60), picks);
  assert.match(markdown, /^\| `f0` \| `a` \| conflict/m);
  assert.match(markdown, /^\| `f1` \| `a` \+ `b` \| conflict/m);
  assert.match(markdown, /^- `a`: `(a ){16}a…`$/m);
  assert.is(comparisonMarkdown(many(20)).match(/and 48 lines more/g)?.length, 40);
});

test('deletions, insertions, and a comparison of nothing', () => {
  const gone = { ...hunkAt(2, '', ['a']), old_lines: 3, lines: [], new_lines: 0 };
  const inserted = { ...hunkAt(3, 'n\n', ['b']), old_lines: 0 };
  const markdown = comparisonMarkdown([file('f', 'conflict', two(), { hunks: [gone, inserted] })]);
  assert.match(markdown, /by `a`, for lines 2 to 4 of base: nothing/);
  assert.match(markdown, /by `b`, new after line 3 of base:/);
  assert.match(markdown, /1 file changed\./);
  assert.match(comparisonMarkdown([]), /^## Files\n\n0 files changed\.[^|]*$/);
});

function two() {
  return [version('a'), version('b')];
}

test.run();
