import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Board, isLiveTerminal } from '../scripts/lib/board.ts';

function stream(columns = 40) {
  const written: string[] = [];
  return {
    written,
    columns,
    write: (text: string) => written.push(text),
    all: () => written.join(''),
  };
}

const UP = (rows: number) => `\u001b[${rows}A\r\u001b[J`;

test('on a terminal lines are redrawn in their place, and what is printed stays above them', () => {
  const it = stream();
  const board = new Board(it, true);
  board.show(['gpt 0:01', 'gemini 0:01']);
  board.show(['gpt 0:02', 'gemini 0:02']);
  board.print('gpt: codex succeeded');
  board.clear();
  assert.is(
    it.all(),
    `gpt 0:01\ngemini 0:01\n${UP(2)}gpt 0:02\ngemini 0:02\n${UP(2)}gpt: codex succeeded\ngpt 0:02\ngemini 0:02\n${UP(2)}`,
  );
});

test('a line never wraps', () => {
  const it = stream(30);
  new Board(it, true).show(['x'.repeat(100)]);
  assert.is(it.all(), `${'x'.repeat(29)}\n`);
});

test('elsewhere there is a line now and then', () => {
  const it = stream();
  const board = new Board(it, false);
  for (let second = 0; second <= 65; second++) board.show([`gpt ${second}`], second * 1000);
  board.print('gpt: codex succeeded');
  board.clear();
  assert.is(it.all(), 'gpt 30\ngpt 60\ngpt: codex succeeded\n');
});

test('what is no terminal, or a dumb one, or a CI’s, is not redrawn', () => {
  const terminal = { ...stream(), isTTY: true };
  assert.is(isLiveTerminal(terminal, { TERM: 'xterm' }), true);
  assert.is(isLiveTerminal(terminal, { TERM: 'dumb' }), false);
  assert.is(isLiveTerminal(terminal, { TERM: 'xterm', CI: 'true' }), false);
  assert.is(isLiveTerminal(stream(), { TERM: 'xterm' }), false);
});

test.run();
