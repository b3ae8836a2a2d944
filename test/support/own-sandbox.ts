import { type Sandbox, sandbox } from './sandbox.ts';

/**
 * A sandbox whose environment is this very process's until it is disposed of: for functions that are called here and
 * read `process.env` themselves (git's configuration, the state root, $MM_SESSION).
 */
export async function ownSandbox(make = sandbox): Promise<Sandbox> {
  const box = await make();
  const before = { ...process.env };
  replaceEnvironment(box.env);
  return {
    ...box,
    [Symbol.asyncDispose]: async () => {
      replaceEnvironment(before);
      await box[Symbol.asyncDispose]();
    },
  };
}

/** In place: Node's own functions look at the real environment, not at what `process.env` was assigned. */
function replaceEnvironment(env: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
}
