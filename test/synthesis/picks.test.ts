import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UsageError } from '../../scripts/lib/errors.ts';
import {
  overridePicks,
  parsePickOption,
  parsePicks,
  pathOfPick,
  picksTaking,
} from '../../scripts/lib/synthesis/picks.ts';
import { deleted, file, version } from './compared.ts';

function usageError(action: () => unknown, code: string): UsageError {
  try {
    action();
  } catch (error) {
    assert.instance(error, UsageError);
    assert.is((error as UsageError).code, code);
    return error as UsageError;
  }
  throw new Error(`${code} was not thrown`);
}

const bad: [string, RegExp][] = [
  ['', /no JSON/],
  ['{"picks": [\n  {"path": "a" "from": "b"}]}', /no JSON: .*line 2, column 16/],
  ['[]', /the whole: .*expected object/],
  ['null', /the whole: .*expected object/],
  ['{}', /picks: .*expected array/],
  ['{"pick": []}', /unknown field "pick"\. Did you mean "picks"\?|picks: .*expected array/],
  ['{"picks":[{"path":"a","form":"b"}]}', /picks\[0\]: unknown field "form"\. Did you mean "from"/],
  ['{"picks":[{"path":"a","from":"b"},{"path":"a"}]}', /picks\[1\]: .*either "from" or "hunks"/],
  ['{"picks":[{"path":"a","from":"b","hunks":[{"from":"b","ids":["h"]}]}]}', /either "from" or/],
  ['{"picks":[{"from":"b"}]}', /picks\[0\]: a pick needs "path"/],
  ['{"picks":[{"path":"","from":"b"}]}', /picks\[0\]\.path: /],
  ['{"picks":[{"path":"a","from":""}]}', /picks\[0\]\.from: /],
  ['{"picks":[{"path":"a","hunks":[]}]}', /picks\[0\]\.hunks: /],
  ['{"picks":[{"path":"a","hunks":[{"from":"b"}]}]}', /picks\[0\]\.hunks\[0\]\.ids: /],
  ['{"picks":[{"path":"a","hunks":[{"from":"b","ids":[3]}]}]}', /hunks\[0\]\.ids\[0\]: /],
  ['{"picks":[{"path":3,"from":7}]}', /picks\[0\]\.path: .*\(and 1 more, see details\)/],
  ['{"picks":[{"path_base64":"?","from":"b"}]}', /picks\[0\]\.path_base64: /],
];
for (const [text, expected] of bad) {
  test(`bad picks: ${text}`, () => {
    assert.match(usageError(() => parsePicks(text), 'bad-picks').message, expected);
  });
}

test('picks of each form, with a byte order mark and a name that is no UTF-8', () => {
  const picks = [
    { path: 'src/a b.ts', from: 'claude', why: 'better' },
    { path: 'b', hunks: [{ from: 'gpt', ids: ['h1', 'h2'] }] },
    { path: '\ufffd', path_base64: Buffer.from([0xff]).toString('base64'), from: 'base' },
    { path: 'é', from: 'gpt#2' },
  ];
  const parsed = parsePicks(`\ufeff${JSON.stringify({ picks })}\n`);
  assert.equal(parsed, { picks });
  assert.equal(parsed.picks.map(pathOfPick), ['src/a b.ts', 'b', '\xff', '\xc3\xa9']);
  assert.equal(parsePicks('{"picks":[]}'), { picks: [] });
});

test('PATH=MODEL splits at the last =', () => {
  assert.equal(parsePickOption('a=b/c.ts=gpt#2'), { path: 'a=b/c.ts', from: 'gpt#2' });
  assert.equal(parsePickOption('-a b=base'), { path: '-a b', from: 'base' });
  for (const text of ['', 'a', '=b', 'a=', '='])
    assert.match(usageError(() => parsePickOption(text), 'bad-picks').message, /PATH=MODEL/);
});

const files = [
  file('a', 'split', [deleted('claude'), version('gpt')]),
  file('b', 'single', [version('gpt')]),
  file('\xff', 'single', [version('claude')]),
];

test('taking a model is a pick for every path that it changed', () => {
  assert.equal(picksTaking('claude', files), {
    picks: [
      { path: 'a', from: 'claude' },
      { path: '\ufffd', path_base64: '/w==', from: 'claude' },
    ],
  });
  assert.equal(picksTaking('idle', files, ['claude', 'gpt', 'idle']), { picks: [] });
  const error = usageError(() => picksTaking('claud', files), 'unknown-model');
  assert.equal(error.details.nearest, ['claude']);
});

test('named picks replace those for the same paths', () => {
  assert.equal(overridePicks(picksTaking('gpt', files), [parsePickOption('b=base')]), {
    picks: [
      { path: 'a', from: 'gpt' },
      { path: 'b', from: 'base' },
    ],
  });
});

test.run();
