import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { UsageError } from '../../scripts/lib/errors.ts';
import { configuredBackendSchema } from '../../scripts/lib/models/backend.ts';
import { type DetectionRequest, detectModels, hostIn } from '../../scripts/lib/models/detect.ts';
import { parseVersion } from '../../scripts/lib/models/installed.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** A folder for PATH in which each named program answers `--version` by its script. */
async function programs(folder: string, scripts: Record<string, string>): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin, { recursive: true });
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  return bin;
}

function request(folder: string, changes: Partial<DetectionRequest> = {}): DetectionRequest {
  return {
    models: null,
    host: 'none',
    backends: {},
    env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, HOME: folder },
    cwd: folder,
    ...changes,
  };
}

const isUsageError = (code: string, hint: RegExp) => (error: unknown) =>
  error instanceof UsageError && error.code === code && hint.test(error.hint);

async function refusal(request: DetectionRequest): Promise<unknown> {
  return detectModels(request).then(
    () => null,
    (error: unknown) => error,
  );
}

test('takes the native CLI, else agent with the model of the slot, else says why not', async () => {
  await using folder = await temporaryFolder();
  const bin = await programs(folder.path, {
    codex: 'echo codex-cli 0.169.0',
    agent: 'echo 2025.09.04-fc40cd1',
  });
  const { models, backends } = await detectModels(request(folder.path));
  const external = { role: 'external', available: true, reason: null };
  const agent = {
    ...external,
    backend: 'agent',
    binary: join(bin, 'agent'),
    version: '2025.09.04-fc40cd1',
  };
  assert.equal(models, [
    { ...agent, model: 'claude', agent_model: 'opus-4.6' },
    { ...agent, model: 'gemini', agent_model: 'gemini-3-pro' },
    {
      ...external,
      model: 'gpt',
      backend: 'codex',
      binary: join(bin, 'codex'),
      version: '0.169.0',
      agent_model: null,
    },
  ]);
  assert.equal(
    backends.map(({ backend, found }) => [backend, found]),
    [
      ['claude', false],
      ['codex', true],
      ['gemini', false],
      ['agent', true],
      ['agy', false],
      ['opencode', false],
      ['qwen', false],
      ['copilot', false],
    ],
  );

  const none = await detectModels(
    request(folder.path, { models: ['gpt#2'], env: { PATH: '/nowhere' } }),
  );
  assert.equal(none.models, [
    {
      model: 'gpt#2',
      role: 'external',
      available: false,
      backend: null,
      binary: null,
      version: null,
      agent_model: null,
      reason: 'The program "codex" or "agent" was not found on PATH or in the usual places.',
    },
  ]);
});

test('agy serves gemini before agent does; the other three serve a slot of their own name', async () => {
  await using folder = await temporaryFolder();
  await programs(folder.path, {
    ...{ agy: 'echo 1.0.0', agent: 'echo 1.0.0', opencode: 'echo 1.18.33' },
    ...{ qwen: 'echo 0.15.10', copilot: 'echo "GitHub Copilot CLI 1.0.102."' },
  });
  const models = ['gemini', 'opencode', 'qwen', 'copilot', 'qwen#2'];
  const detected = await detectModels(request(folder.path, { models, named: true }));
  assert.equal(
    detected.models.map(({ model, backend, version }) => [model, backend, version]),
    [
      ['gemini', 'agy', '1.0.0'],
      ['opencode', 'opencode', '1.18.33'],
      ['qwen', 'qwen', '0.15.10'],
      ['copilot', 'copilot', '1.0.102'],
      ['qwen#2', 'qwen', '0.15.10'],
    ],
  );
});

test('the host takes its own slot, and only if it is asked to take part', async () => {
  await using folder = await temporaryFolder();
  await programs(folder.path, { claude: 'echo 2.1.197', gemini: 'echo 0.61.0' });
  const env = { ...request(folder.path).env, CLAUDECODE: '1' };
  const detected = await detectModels(
    request(folder.path, { host: null, env, models: ['claude', 'claude#2'] }),
  );
  assert.is(detected.host, 'claude');
  assert.equal(
    detected.models.map(({ role, available, backend }) => [role, available, backend]),
    [
      ['host', true, null],
      ['external', true, 'claude'],
    ],
  );
  const without = await detectModels(request(folder.path, { host: null, env, models: ['gemini'] }));
  assert.equal(
    without.models.map(({ model, role, agent_model }) => [model, role, agent_model]),
    [['gemini', 'external', 'pro']],
  );
});

test('a program that hangs or fails at --version is still there', async () => {
  await using folder = await temporaryFolder();
  await programs(folder.path, {
    claude: 'sleep 300',
    codex: 'echo broken >&2; exit 3',
    gemini: 'echo hello',
  });
  const { models } = await detectModels(request(folder.path, { versionTimeoutMs: 300 }));
  assert.equal(
    models.map(({ model, available, version, reason }) => [model, available, version, reason]),
    [
      ['claude', true, null, 'claude --version did not answer within 0.3 s.'],
      ['gemini', true, null, 'gemini --version gave no version (exit status 0).'],
      ['gpt', true, null, 'codex --version gave no version (exit status 3).'],
    ],
  );
});

test('a program that cannot be started is reported, not thrown', async () => {
  await using folder = await temporaryFolder();
  const bin = await programs(folder.path, {});
  await writeFile(join(bin, 'codex'), '#!/no/such/interpreter\n', { mode: 0o755 });
  const { models } = await detectModels(request(folder.path, { models: ['gpt'] }));
  assert.match(models[0]?.reason ?? '', 'could not be started');
});

test('versions are not asked for when nobody wants them', async () => {
  await using folder = await temporaryFolder();
  await programs(folder.path, { codex: 'touch started; echo 1.0' });
  const { models } = await detectModels(
    request(folder.path, { models: ['gpt'], askVersions: false }),
  );
  assert.equal([models[0]?.available, models[0]?.version, models[0]?.reason], [true, null, null]);
});

test('the configuration adds backends and overrides built-in ones', async () => {
  await using folder = await temporaryFolder();
  const bin = await programs(folder.path, { codex: 'exit 1', mine: '[ "$1" = -V ] && echo v3.2' });
  const backends = {
    local: configuredBackendSchema.parse({
      command: ['./bin/mine', '{model}'],
      version_args: ['-V'],
      agent_model: 'small',
    }),
    codex: configuredBackendSchema.parse({ command: ['mine'] }),
    claude: configuredBackendSchema.parse({ command: ['mine'] }),
  };
  const { models } = await detectModels(
    request(folder.path, {
      backends,
      models: [
        'local',
        'gpt',
        'claude',
        { model: 'gemini', backend: 'local', agent_model: 'big' },
        { model: 'gpt#2', agent_model: 'm' },
      ],
    }),
  );
  const mine = join(bin, 'mine');
  assert.equal(
    models.map(({ model, backend, binary, version, agent_model }) => [
      model,
      backend,
      binary,
      version,
      agent_model,
    ]),
    [
      ['local', 'local', mine, '3.2', 'small'],
      ['gpt', 'codex', mine, null, null],
      ['claude', 'claude', mine, null, null],
      ['gemini', 'local', mine, '3.2', 'big'],
      ['gpt#2', 'codex', mine, null, 'm'],
    ],
  );
});

test('bad model lists', async () => {
  await using folder = await temporaryFolder();
  const cases: [Partial<DetectionRequest>, string, RegExp][] = [
    [{ models: ['gtp'], named: true }, 'unknown-model', /Did you mean "gpt"/],
    [{ models: ['codex'], named: true }, 'unknown-model', /serves the model gpt/],
    [{ models: ['gpt', 'gpt'] }, 'duplicate-model', /"gpt#2"/],
    [{ models: ['gpt#2', 'gpt-2'] }, 'duplicate-model', /./],
    [{ models: ['GPT'] }, 'invalid-model', /./],
    [{ models: [{ model: 'gpt', backend: 'codez' }] }, 'unknown-backend', /Did you mean "codex"/],
  ];
  for (const [changes, code, hint] of cases) {
    const error = await refusal(request(folder.path, changes));
    assert.ok(isUsageError(code, hint)(error), `${JSON.stringify(changes)}: ${error}`);
  }
  const { models } = await detectModels(request(folder.path, { models: ['gtp'] }));
  assert.equal(
    [models[0]?.available, models[0]?.reason],
    [false, 'No backend serves the model "gtp".'],
  );
});

test('the host is known by the variables that CLIs set for their shells', () => {
  assert.is(hostIn({ CLAUDECODE: '1' }), 'claude');
  assert.is(hostIn({ GEMINI_CLI: '1' }), 'gemini');
  assert.is(hostIn({ CODEX_THREAD_ID: 'x' }), 'gpt');
  assert.is(hostIn({ CODEX_SANDBOX: 'seatbelt' }), 'gpt');
  assert.is(hostIn({ CLAUDECODE: '', CODEX_HOME: '/x' }), 'none');
});

test('versions', () => {
  assert.is(parseVersion('codex-cli 0.169.0\n'), '0.169.0');
  assert.is(parseVersion('2.1.197 (Claude Code)'), '2.1.197');
  assert.is(parseVersion('v1.2.3-beta.1'), '1.2.3-beta.1');
  assert.is(parseVersion('unknown'), null);
});

test.run();
