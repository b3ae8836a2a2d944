import * as z from 'zod';
import { readConfiguration } from './lib/configuration.ts';
import { Refusal } from './lib/errors.ts';
import { filesAt } from './lib/git/files-at.ts';
import { gitVersion } from './lib/git/git-version.ts';
import { openRepository, type Repository } from './lib/git/repository.ts';
import { modelOptions, splitModels } from './lib/model-options.ts';
import { detectModels } from './lib/models/detect.ts';
import { commonOptions } from './lib/options.ts';
import { defineScript, runWhenMain } from './lib/script.ts';
import { sessionModelSchema } from './lib/session/session.ts';

const version = z.object({ version: z.string() });

const script = defineScript({
  name: 'detect-models',
  summary: 'Find which models can take part, and by which program; starts none of them',
  options: z.object({ repo: commonOptions.repo, ...modelOptions }),
  output: z.object({
    host: z.string(),
    models: z.array(sessionModelSchema),
    backends: z.array(
      z.object({
        backend: z.string(),
        binary: z.string().nullable(),
        version: z.string().nullable(),
        found: z.boolean(),
      }),
    ),
    git: version,
    node: version,
  }),
  examples: [
    ['detect-models', 'claude, gemini and gpt, or those of the configuration'],
    ['detect-models --models gpt,gemini --host none', 'two models, nobody hosts'],
  ],
  async run({ repo, models, host }) {
    const repository = await repositoryOrNull(repo);
    const configuration = await readConfiguration(
      repository === null ? null : filesAt(repository.topLevel, repository.head),
    );
    const named = splitModels(models);
    const detection = await detectModels({
      models: named ?? configuration.models ?? null,
      named: named !== null,
      host: host ?? null,
      backends: configuration.backends ?? {},
      env: process.env,
      cwd: repository?.topLevel ?? process.cwd(),
    });
    const available = detection.models.filter((it) => it.available);
    return {
      ...detection,
      git: { version: await gitVersion() },
      node: { version: process.versions.node },
      next:
        available.length > 0
          ? 'Start a session: start-session takes the task with --task or --task-file.'
          : 'No model can take part: install one of the programs, or name the host with --host.',
    };
  },
});

/** Detection also answers outside a repository, where only the user's own configuration counts. */
async function repositoryOrNull(repo: string | undefined): Promise<Repository | null> {
  try {
    return await openRepository(repo ?? process.cwd());
  } catch (error) {
    if (error instanceof Refusal && repo === undefined) return null;
    throw error;
  }
}

export default script;
await runWhenMain(import.meta.url, script);
