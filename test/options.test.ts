import { test } from 'uvu';
import * as assert from 'uvu/assert';
import * as z from 'zod';
import { printHelp } from '../scripts/lib/describe-script.ts';
import { commonOptions, parseOptions } from '../scripts/lib/options.ts';
import { defineScript } from '../scripts/lib/script.ts';
import { rejection } from './support/rejection.ts';

const schema = z.object({
  ...commonOptions,
  wait: z.coerce.number().nonnegative().optional().describe('SECONDS: how long'),
  task: z.string().optional(),
  name: z.string().min(2).optional(),
  userChanges: z.enum(['include', 'set-aside']).optional(),
});

const parse = (...argv: string[]) => parseOptions('status', schema, argv);

async function options(...argv: string[]) {
  const parsed = await parse(...argv);
  if (parsed.kind !== 'options') throw new Error(`It is ${parsed.kind}.`);
  return JSON.parse(JSON.stringify(parsed.options));
}

test('words become typed options, with defaults for what is not given', async () => {
  assert.equal(await options(), { dryRun: false, model: [], all: false });
  assert.equal(
    await options(
      '--pass',
      '2',
      '--dry-run',
      '--model',
      'a',
      '--model=b',
      '--user-changes=include',
      '--wait',
      '0.5',
    ),
    { pass: 2, dryRun: true, model: ['a', 'b'], all: false, userChanges: 'include', wait: 0.5 },
  );
});

const TEXTS = [
  'two words',
  'line\nbreak',
  '"quoted"',
  "it's",
  '',
  '123',
  'true',
  '$HOME `x`',
  'a=b',
  '--passes=2 x',
  '- a list',
];

for (const text of TEXTS) {
  test(`a text is taken as it is: ${JSON.stringify(text)}`, async () => {
    assert.is((await options(`--task=${text}`)).task, text);
    if (!text.startsWith('-')) assert.is((await options('--task', text)).task, text);
  });
}

const WRONG: [string[], RegExp][] = [
  [['--modle', 'x'], /has no option --modle\. Did you mean "model"\?/],
  [['--userChanges', 'include'], /Did you mean "user-changes"/],
  [['--no-all'], /no option --no-all/],
  [['--zzzzzzzzzzzzzzzz'], /Known: .*session/],
  [['-x'], /has no option/],
  [['--constructor', 'x'], /constructor|cannot be read/],
  [['--__proto__', 'x'], /has no option/],
  [['--__proto__.polluted', '1'], /has no option/],
  [['--pass', '1', '--pass', '2'], /--pass was given more than once/],
  [['--task', 'a', '--task', 'b'], /--task was given more than once/],
  [['--user-changes', 'include', '--user-changes', 'include'], /given more than once/],
  [['--pass', 'abc'], /--pass "abc": .*number/],
  [['--pass', '1.5'], /--pass "1.5"/],
  [['--pass', '0'], /--pass "0"/],
  [['--pass', '1e999'], /--pass/],
  [['--pass='], /--pass ""/],
  [['--wait', '-1'], /--wait "-1"/],
  [['--pass'], /pass/],
  [['--task', '--all'], /task/],
  [['--task', '- a list'], /task/],
  [['--model'], /model/],
  [['--name', 'x'], /--name "x"/],
  [['--user-changes', 'inclde'], /expected one of "include"\|"set-aside"/],
  [['word'], /"word" is no option of status/],
  [['--all', 'word'], /"word" is no option/],
  [['--', '--all'], /"--all" is no option/],
  [['-'], /"-" is no option/],
  [['--model', 'a', 'b'], /"b" is no option/],
  [['--dry-run=1'], /--dry-run takes no value/],
  [['--dry-run=yes'], /--dry-run takes no value/],
  [['--dry-run=false'], /--dry-run takes no value/],
  [['--help=no'], /--help takes no value/],
];

for (const [argv, message] of WRONG) {
  test(`refused: ${argv.join(' ')}`, async () => {
    const error = await rejection(parse(...argv));
    assert.equal([error.code, error.exitStatus], ['usage', 2]);
    assert.match(error.message, message);
    assert.match(error.hint, /mm\.mjs status --help/);
  });
}

test('nothing is left on the prototype of objects', async () => {
  await rejection(parse('--__proto__.polluted', '1'));
  await rejection(parse('--constructor.prototype.polluted', '1'));
  assert.is(({} as Record<string, unknown>).polluted, undefined);
});

test('a value that begins with a dash: the hint says how', async () => {
  assert.match((await rejection(parse('--task', '- a list'))).hint, '--option=VALUE');
});

test('an option that must be given, and rules between options', async () => {
  const strict = z
    .object({ file: z.string(), text: z.string().optional() })
    .refine(({ file, text }) => file !== text, 'Both are the same.');
  const missing = await rejection(parseOptions('x', strict, []));
  assert.match(missing.message, '--file is missing');
  const same = await rejection(parseOptions('x', strict, ['--file', 'a', '--text', 'a']));
  assert.match(same.message, 'Both are the same.');
});

test('help, version and schema come before any complaint', async () => {
  for (const kind of ['help', 'version', 'schema'] as const) {
    assert.equal(await parse(`--${kind}`), { kind });
    assert.equal(await parse(`--${kind}`, '--pass', 'abc', '--modle', 'x'), { kind });
  }
});

test('the help names every option with what it does, and the examples', async () => {
  const script = defineScript({
    name: 'status',
    summary: 'Show a session',
    options: schema,
    output: z.looseObject({}),
    examples: [['status --wait 5', 'wait a little']],
    async run() {
      return { next: '' };
    },
  });
  const text = await printHelp(script);
  for (const part of [
    'mm.mjs status [options]',
    'Show a session',
    '--user-changes',
    '--dry-run',
    'SECONDS: how long',
    'wait a little',
    '--schema',
    'Exit status',
  ])
    assert.match(text, part);
  assert.not.match(text, '--userChanges');
});

test.run();
