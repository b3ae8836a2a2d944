import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UsageError } from '../../scripts/lib/errors.ts';
import { modeDefaults, parseTriggers, type Triggers } from '../../scripts/lib/models/triggers.ts';

const NOTHING: Triggers = {
  task: '',
  passes: null,
  timeout_s: null,
  mode: null,
  ambiguous: [],
  warnings: [],
};

/** As `word@line`. */
function ambiguous(...words: string[]): Pick<Triggers, 'ambiguous'> {
  return {
    ambiguous: words.map((word) => {
      const [trigger = '', line] = word.split('@');
      return { trigger, line: Number(line) };
    }),
  };
}

const READ: [string, Partial<Triggers>][] = [
  ['Fix the bug', { task: 'Fix the bug' }],
  ['Fix the bug multipass', { task: 'Fix the bug', passes: 2 }],
  ['multipass Fix the bug', { task: 'Fix the bug', passes: 2 }],
  ['MultiPass: fix the bug', { task: 'fix the bug', passes: 2 }],
  ['Fix the bug x3', { task: 'Fix the bug', passes: 3 }],
  ['Fix the bug X3', { task: 'Fix the bug', passes: 3 }],
  ['Fix the bug, x3.', { task: 'Fix the bug.', passes: 3 }],
  ['Fix the bug. x3', { task: 'Fix the bug.', passes: 3 }],
  ['Fix the bug. x3.', { task: 'Fix the bug.', passes: 3 }],
  ['Fix the bug - x3', { task: 'Fix the bug', passes: 3 }],
  ['Fix the bug (x3)', { task: 'Fix the bug', passes: 3 }],
  ['Fix  two  blanks x2', { task: 'Fix  two  blanks', passes: 2 }],
  ['Do it. x3', { task: 'Do it.', passes: 3 }],
  ['Do it multipass x3', { task: 'Do it', passes: 3 }],
  ['Fix it multipass x4', { task: 'Fix it', passes: 4 }],
  ['Fix it x4, multipass', { task: 'Fix it', passes: 4 }],
  ['Fix it timeout:600', { task: 'Fix it', timeout_s: 600 }],
  ['Fix it Timeout:NONE', { task: 'Fix it', timeout_s: 'none' }],
  ['Fix it x2 timeout:90', { task: 'Fix it', passes: 2, timeout_s: 90 }],
  ['x2', { passes: 2 }],
  ['x2\n', { passes: 2 }],
  ['multipass timeout:5 --mode=deep', { passes: 2, timeout_s: 5, mode: 'deep' }],
  ['', {}],
  ['   \n', { task: '   \n' }],
  // Lines
  ['x2\n\nFix\n\n  the bug\n', { task: 'Fix\n\n  the bug\n', passes: 2 }],
  ['Fix\n\n  the bug\n\ntimeout:9\n', { task: 'Fix\n\n  the bug\n', timeout_s: 9 }],
  ['\n\nFix x2\nbody\nend', { task: '\n\nFix\nbody\nend', passes: 2 }],
  [
    'Fix x2\r\nbody  \r\nend x3\r\n',
    {
      task: 'Fix\r\nbody  \r\nend\r\n',
      passes: 3,
      warnings: ['The task asks for x2 and x3: the last one counts.'],
    },
  ],
  [
    'Fix\nuse multipass or x2, and `x4`\ntimeout:9 too\nend',
    {
      task: 'Fix\nuse multipass or x2, and `x4`\ntimeout:9 too\nend',
      ambiguous: [
        { trigger: 'multipass', line: 2 },
        { trigger: 'x2', line: 2 },
        { trigger: 'timeout:9', line: 3 },
      ],
    },
  ],
  ['Fix\n```\nx2 x3\n```\nend', { task: 'Fix\n```\nx2 x3\n```\nend' }],
  // At the ends of a line only
  ['multipass Fix the bug (x3).', { task: 'Fix the bug.', passes: 3 }],
  ['(x3) Fix the bug', { task: 'Fix the bug', passes: 3 }],
  ['x2, timeout:9: Fix it', { task: 'Fix it', passes: 2, timeout_s: 9 }],
  ['Fix it x2 --mode=fast timeout:9!', { task: 'Fix it!', passes: 2, timeout_s: 9, mode: 'fast' }],
  ['Fix\n\nx4\n\ntoo\nx3 ', { task: 'Fix\n\nx4\n\ntoo', passes: 3, ...ambiguous('x4@3') }],
  [
    'x2 Draw at x3 and crop\r\nthen end\r\n',
    { task: 'Draw at x3 and crop\r\nthen end\r\n', passes: 2, ...ambiguous('x3@1') },
  ],
  // Flags
  ['Fix --passes=3 it', { task: 'Fix it', passes: 3 }],
  ['Fix\nbody --mode=fast  \nend', { task: 'Fix\nbody\nend', mode: 'fast' }],
  ['Fix\n--timeout=none\nbody\nend', { task: 'Fix\nbody\nend', timeout_s: 'none' }],
  ['Fix x5 timeout:9 --passes=2 --timeout=7', { task: 'Fix', passes: 2, timeout_s: 7 }],
  ['Add `--mode=dark` to it', { task: 'Add `--mode=dark` to it' }],
  // Caps
  ['Fix x6', { task: 'Fix', passes: 5, warnings: ['6 passes were asked for: 5 is the most.'] }],
  [
    'Fix --passes=99',
    { task: 'Fix', passes: 5, warnings: ['99 passes were asked for: 5 is the most.'] },
  ],
  [
    'Fix timeout:5m',
    {
      task: 'Fix timeout:5m',
      warnings: ['"timeout:5m" is not understood and was left in the task: write timeout:SECONDS.'],
    },
  ],
];

/** Words of the sentence: all of the text stays, and somebody is asked. */
const IN_A_SENTENCE: [string, ...string[]][] = [
  ['Render thumbnails at x2 and x3', 'x2@1', 'x3@1'],
  ['x2 or x3 thumbnails', 'x2@1', 'x3@1'],
  ['Render at x2, and x3.\r\n', 'x2@1', 'x3@1'],
  ['Render thumbnails at x2, x3', 'x2@1', 'x3@1'],
  ['HiDPI: x2, x3, x4.', 'x2@1', 'x3@1', 'x4@1'],
  ['Export icons (x2, x3)', 'x2@1', 'x3@1'],
  ['Export icons x2 x3', 'x2@1', 'x3@1'],
  ['x2, x3 and x4 icons are blurry', 'x2@1', 'x3@1', 'x4@1'],
  ['Zoom from x2 -> x3', 'x2@1', 'x3@1'],
  ['Zoom from x2 → x3', 'x2@1', 'x3@1'],
  ['x2 and multipass', 'x2@1', 'multipass@1'],
  ['support x2 scaling', 'x2@1'],
  ['Fix (x3) the bug', 'x3@1'],
  ['Fix, x3, the bug', 'x3@1'],
  ['Draw it in a multipass shader', 'multipass@1'],
  ['Read timeout:30 of the settings', 'timeout:30@1'],
  ['Draw at x2 now\nbody\nand x3 later', 'x2@1', 'x3@3'],
  ['Draw at x2 `now`', 'x2@1'],
  ["Don't stop x3, it isn't done", 'x3@1'],
  ['Draw\n```\nx5\n```\n"scaled" x2 "twice"', 'x2@5'],
];

const NO_TRIGGERS = [
  'Fix x0',
  'Fix x1',
  'saw 2x4 wood',
  'mask 0x2',
  'open x2.jpg',
  'call foo_x3',
  'a x3x3 matrix',
  'see lib/x2/a',
  'see ./x2',
  'run foo-x2',
  'Fix `x2`',
  'Fix "x2 mode"',
  "Fix 'multipass'",
  'Fix “x3”',
  'x2 = 5',
  'x2=5',
  'Parse x509 certificates',
  'build for x86',
  'multipassing',
  'a.x2',
  '$x2',
  'x2y',
  '@x2',
  '#x2',
  'x02',
  'timeout: 5',
  'mytimeout:5',
  'timeout:',
  '--passes',
  'http://a/?x2',
];

for (const [text, expected] of READ) {
  test(`reads ${JSON.stringify(text)}`, () => {
    assert.equal(parseTriggers(text), { ...NOTHING, ...expected });
  });
}

for (const [text, ...words] of IN_A_SENTENCE) {
  test(`leaves ${JSON.stringify(text)}`, () => {
    assert.equal(parseTriggers(text), { ...NOTHING, task: text, ...ambiguous(...words) });
  });
}

for (const text of NO_TRIGGERS) {
  test(`finds nothing in ${JSON.stringify(text)}`, () => {
    assert.equal(parseTriggers(text), { ...NOTHING, task: text });
  });
}

for (const flag of [
  '--passes=0',
  '--passes=-1',
  '--passes=two',
  '--passes=',
  '--timeout=0',
  '--timeout=5m',
  '--mode=turbo',
]) {
  test(`refuses ${flag}`, () => {
    assert.throws(
      () => parseTriggers(`Fix it\nor not ${flag}\nend`),
      (error: unknown) =>
        error instanceof UsageError &&
        error.code === 'bad-trigger' &&
        error.message.includes('line 2'),
    );
  });
}

test('modes stand for passes and time', () => {
  assert.equal(modeDefaults('fast'), { passes: 1, timeoutFactor: 0.5 });
  assert.equal(modeDefaults('balanced'), { passes: 1, timeoutFactor: 1 });
  assert.equal(modeDefaults('deep'), { passes: 2, timeoutFactor: 1.5 });
});

test.run();
