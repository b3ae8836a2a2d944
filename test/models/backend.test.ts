import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Failure } from '../../scripts/lib/errors.ts';
import {
  configuredBackendSchema,
  configuredModelSchema,
  fileNameOf,
  toBackend,
} from '../../scripts/lib/models/backend.ts';
import { BUILT_IN_BACKENDS, resolveBackend, SLOTS } from '../../scripts/lib/models/backends.ts';
import { commandLine, MAX_ARGUMENT_BYTES } from '../../scripts/lib/models/command-line.ts';

const FACTS = {
  model: 'gpt#2',
  agentModel: null as string | null,
  worktree: '/w',
  promptFile: '/s/prompt.md',
  prompt: 'do {model} it',
};

function argsOf(name: string, agentModel: string | null, prompt = FACTS.prompt) {
  const backend = BUILT_IN_BACKENDS[name];
  assert.ok(backend);
  return commandLine(backend, { ...FACTS, agentModel, prompt });
}

test('the command lines of the built-in backends', () => {
  assert.is(
    argsOf('claude', null).join(' '),
    '-p --dangerously-skip-permissions --output-format stream-json --verbose',
  );
  assert.is(
    argsOf('codex', null).join(' '),
    'exec --yolo -c model_reasoning_effort=medium --json -',
  );
  assert.is(
    argsOf('codex', 'm1').join(' '),
    'exec --yolo -c model_reasoning_effort=medium --json -m m1 -',
  );
  assert.equal(argsOf('gemini', 'pro'), ['-m', 'pro', '-y', '-o', 'stream-json', '-p', '']);
  assert.is(argsOf('opencode', 'a/b').join(' '), 'run --format json --auto -m a/b');
  assert.is(argsOf('qwen', null).join(' '), '-y -o stream-json');
  assert.is(
    argsOf('copilot', null).join(' '),
    '--allow-all-tools --allow-all-paths --no-ask-user --output-format json',
  );
  assert.equal(argsOf('agy', 'pro'), [
    ...['--model', 'pro', '--add-dir', '/w', '--dangerously-skip-permissions', '-p'],
    'do {model} it',
  ]);
  assert.equal(argsOf('agent', 'gpt-5.2'), ['-p', '-f', '--model', 'gpt-5.2', 'do {model} it']);
});

test('a prompt that cannot be an argument is pointed to', () => {
  for (const prompt of ['x'.repeat(MAX_ARGUMENT_BYTES + 1), 'a\0b']) {
    assert.match(argsOf('agent', null, prompt).at(-1) ?? '', 'Read the whole file /s/prompt.md:');
  }
  assert.is(
    argsOf('agent', null, 'é'.repeat(MAX_ARGUMENT_BYTES / 2)).at(-1)?.length,
    MAX_ARGUMENT_BYTES / 2,
  );
});

test('a prompt that looks like an option does not become one', () => {
  assert.is(argsOf('agent', null, '--help me').at(-1), '\n--help me');
});

test('every built-in slot is served by backends that exist', () => {
  for (const services of Object.values(SLOTS)) {
    for (const { backend } of services) assert.ok(BUILT_IN_BACKENDS[backend]);
  }
});

test('placeholders of a configured command are filled in once', () => {
  const configured = configuredBackendSchema.parse({
    command: ['run', '--m={model}', '{worktree}/x', '{prompt_file}', '{other}', '{prompt}'],
    prompt: 'argument',
  });
  const backend = toBackend('mine', configured);
  assert.equal(commandLine(backend, { ...FACTS, prompt: 'say {worktree}' }), [
    '--m=gpt',
    '/w/x',
    '/s/prompt.md',
    '{other}',
    'say {worktree}',
  ]);
  assert.is(commandLine(backend, { ...FACTS, agentModel: 'big' })[0], '--m=big');
});

test('a configured backend has defaults', () => {
  assert.equal(toBackend('mine', configuredBackendSchema.parse({ command: ['run'] })), {
    name: 'mine',
    program: 'run',
    args: [],
    prompt: 'stdin',
    output: 'text',
    env: {},
    rootEnv: {},
    defaultEnv: {},
    defaultSettings: null,
    agentModel: null,
    versionArgs: null,
    hostVariables: [],
    account: 'mine',
    givesUpAt: null,
    writes: [],
  });
});

const REFUSED_BACKENDS: unknown[] = [
  {},
  { command: [] },
  { command: [''] },
  { command: 'run' },
  { command: ['run'], prompt: 'file' },
  { command: ['run', '{prompt}'] },
  { command: ['run'], output: 'xml' },
  { command: ['run'], comand: 1 },
  { command: ['run'], env: { A: 1 } },
  { command: ['run'], writes: ['relative'] },
  { command: ['run'], account: '' },
];
for (const backend of REFUSED_BACKENDS) {
  test(`refuses the backend ${JSON.stringify(backend)}`, () => {
    assert.not(configuredBackendSchema.safeParse(backend).success);
  });
}

test('model names', () => {
  for (const name of [
    'claude',
    'gpt#2',
    'my_model-1.5',
    { model: 'gpt', backend: 'codex', agent_model: 'x' },
  ]) {
    assert.ok(configuredModelSchema.safeParse(name).success, JSON.stringify(name));
  }
  for (const name of [
    '',
    'Claude',
    '#2',
    'gpt#',
    'gpt#x',
    'a/b',
    'a b',
    'a..b',
    'a.',
    'a.lock',
    '-a',
    { model: 'gpt', x: 1 },
  ]) {
    assert.not(configuredModelSchema.safeParse(name).success, JSON.stringify(name));
  }
  assert.is(fileNameOf('gpt#2'), 'gpt-2');
});

test('a record is found again by what a session stores', () => {
  const configured = { codex: configuredBackendSchema.parse({ command: ['my-codex'] }) };
  assert.is(resolveBackend({ backend: 'codex', binary: '/b/codex' }, {}).program, '/b/codex');
  assert.is(resolveBackend({ backend: 'codex' }, {}).output, 'codex-jsonl');
  assert.is(resolveBackend({ backend: 'codex', binary: null }, configured).program, 'my-codex');
  assert.throws(
    () => resolveBackend({ backend: 'codexx' }, {}),
    (error: unknown) => error instanceof Failure && error.hint.includes('"codex"'),
  );
});

test.run();
