/** What lies in a file system and is no file: git can neither read nor keep it. */
import { createServer } from 'node:net';
import { runCommand } from '../../scripts/lib/process/command.ts';

export async function makeFifo(path: string): Promise<void> {
  const env = { PATH: process.env.PATH };
  const { exitCode, stderr } = await runCommand({ file: 'mkfifo', args: [path], cwd: '/', env });
  if (exitCode !== 0) throw new Error(stderr);
}

/** A socket, as long as it is in use. */
export async function makeSocket(path: string): Promise<AsyncDisposable> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}
