import { UsageError } from '../errors.ts';
import { didYouMean } from '../nearest.ts';
import {
  type Backend,
  type ConfiguredBackend,
  type ConfiguredModel,
  fileNameOf,
  slotNameSchema,
} from './backend.ts';
import { allBackends, DEFAULT_MODELS, SLOTS } from './backends.ts';
import { type DetectedBackend, findInstalled, type Installed, type LookUp } from './installed.ts';
import { type Candidate, candidatesFor } from './resolve-slot.ts';

export type Host = 'claude' | 'gemini' | 'gpt' | 'none';

export interface DetectionRequest extends LookUp {
  /** Null: claude, gemini and gpt. */
  models: readonly ConfiguredModel[] | null;
  /** Null: whoever's session the environment shows. */
  host: Host | null;
  backends: Readonly<Record<string, ConfiguredBackend>>;
  /** The user typed the models: one that nobody knows is then an error. */
  named?: boolean;
}

export interface DetectedModel {
  model: string;
  role: 'host' | 'external';
  available: boolean;
  backend: string | null;
  binary: string | null;
  version: string | null;
  agent_model: string | null;
  /** Why it is unavailable, or what is odd about it. */
  reason: string | null;
}

export interface Detection {
  host: Host;
  models: DetectedModel[];
  backends: DetectedBackend[];
}

/**
 * Which models can take part, and by which program. Starts no model: programs are looked up, and asked for `--version`.
 * @throws UsageError `unknown-model`, `unknown-backend`, `duplicate-model`, `invalid-model`
 */
export async function detectModels(request: DetectionRequest): Promise<Detection> {
  const host = request.host ?? hostIn(request.env);
  const models = (request.models ?? DEFAULT_MODELS).map((model) =>
    typeof model === 'string' ? { model } : model,
  );
  assertDistinct(models.map(({ model }) => model));
  const backends = allBackends(request.backends);
  const configured = new Set(Object.keys(request.backends));
  const wanted = models.map((model) => ({
    model: model.model,
    candidates: model.model === host ? [] : candidatesFor(model, backends, configured),
  }));
  if (request.named) assertKnown(wanted, host, backends, configured);

  const installed = new Map(
    await Promise.all(
      [...backends].map(
        async ([name, backend]) => [name, await findInstalled(backend, request)] as const,
      ),
    ),
  );
  return {
    host,
    models: wanted.map(({ model, candidates }) =>
      model === host ? hostModel(model) : externalModel(model, candidates, installed),
    ),
    backends: [...installed.values()].map(({ reason, ...backend }) => backend),
  };
}

/** Whose session this process runs in, by the variables that each CLI sets for its shells. */
export function hostIn(env: NodeJS.ProcessEnv): Host {
  const isSet = (...names: string[]) => names.some((name) => (env[name] ?? '') !== '');
  if (isSet('CLAUDECODE')) return 'claude';
  if (isSet('GEMINI_CLI')) return 'gemini';
  return isSet('CODEX_THREAD_ID', 'CODEX_SESSION_ID', 'CODEX_SANDBOX') ? 'gpt' : 'none';
}

function assertDistinct(models: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const model of models) {
    const problem = slotNameSchema.safeParse(model).error?.issues[0]?.message;
    if (problem !== undefined) {
      throw new UsageError({
        code: 'invalid-model',
        message: `"${model}" cannot name a model: ${problem}.`,
        hint: 'Name slots such as claude, gemini, gpt, or a second run as gpt#2.',
        details: { model },
      });
    }
    const same = seen.get(fileNameOf(model));
    if (same !== undefined) {
      throw new UsageError({
        code: 'duplicate-model',
        message: `"${same}" and "${model}" would have the same branch and file names.`,
        hint: `Name a second run of the same model "${model.replace(/#\d+$/, '')}#2".`,
        details: { models: [same, model] },
      });
    }
    seen.set(fileNameOf(model), model);
  }
}

function assertKnown(
  wanted: readonly { model: string; candidates: readonly Candidate[] }[],
  host: Host,
  backends: ReadonlyMap<string, Backend>,
  configured: ReadonlySet<string>,
): void {
  for (const { model, candidates } of wanted) {
    if (model === host || candidates.length > 0) continue;
    const known = [...new Set([...Object.keys(SLOTS), ...configured])];
    const served = DEFAULT_MODELS.filter((slot) => SLOTS[slot]?.[0]?.backend === model);
    throw new UsageError({
      code: 'unknown-model',
      message: `There is no model "${model}".`,
      hint:
        backends.has(model) && served.length > 0
          ? `${model} is the program that serves the model ${served.join(', ')}: name that.`
          : `${didYouMean(model, known)} A model of your own needs an entry in "backends" of .multi-model.json.`,
      details: { model, known },
    });
  }
}

function hostModel(model: string): DetectedModel {
  return {
    model,
    role: 'host',
    available: true,
    backend: null,
    binary: null,
    version: null,
    agent_model: null,
    reason: null,
  };
}

function externalModel(
  model: string,
  candidates: readonly Candidate[],
  installed: ReadonlyMap<string, Installed>,
): DetectedModel {
  const chosen = candidates.find(({ backend }) => installed.get(backend.name)?.found);
  const found = chosen && installed.get(chosen.backend.name);
  const programs = candidates.map(({ backend }) => `"${backend.program}"`);
  const missing =
    candidates.length === 0
      ? `No backend serves the model "${model}".`
      : `The program ${programs.join(' or ')} was not found on PATH or in the usual places.`;
  return {
    model,
    role: 'external',
    available: chosen !== undefined,
    backend: chosen?.backend.name ?? null,
    binary: found?.binary ?? null,
    version: found?.version ?? null,
    agent_model: chosen?.agentModel ?? null,
    reason: chosen === undefined ? missing : (found?.reason ?? null),
  };
}
