import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { identifyHunks } from '../../scripts/lib/synthesis/hunks.ts';
import { movesIn } from '../../scripts/lib/synthesis/moves.ts';

const FUNCTION = ['function price(items) {\n', '  return sum(items);\n', '}\n'];

function hunks(...parts: [at: number, removed: string[], lines: string[]][]) {
  const bodies = parts.map(([at, removed, lines]) => ({
    ...{ old_start: at, old_lines: removed.length, new_start: at, new_lines: lines.length },
    ...{ lines, removed, near: '' },
  }));
  return identifyHunks('f', bodies);
}

const cases: [string, ReturnType<typeof hunks>, number][] = [
  ['taken out here, put in there', hunks([1, FUNCTION, []], [40, [], FUNCTION]), 1],
  [
    'indented anew on the way',
    hunks([1, FUNCTION, []], [40, [], FUNCTION.map((it) => `  ${it}`)]),
    1,
  ],
  [
    'a line of it changed',
    hunks([1, [...FUNCTION, 'const more = 1;\n'], []], [40, [], FUNCTION]),
    1,
  ],
  [
    'something else put in',
    hunks([1, FUNCTION, []], [40, [], ['const other = 1;\n', 'run(other);\n']]),
    0,
  ],
  ['braces alone', hunks([1, ['}\n', '}\n', ');\n'], []], [40, [], ['}\n', '}\n', ');\n']]), 0],
  ['changed where it stands', hunks([1, FUNCTION, FUNCTION]), 0],
  ['one line says little', hunks([1, ['const a = 1;\n'], []], [9, [], ['const a = 1;\n']]), 0],
];
for (const [what, made, expected] of cases)
  test(what, () => assert.is(movesIn(made).length, expected));

test.run();
