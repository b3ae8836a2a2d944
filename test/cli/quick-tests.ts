import { test } from 'uvu';
import { agentCli } from '../support/agent-clis.ts';
import { CLI_CASES } from './cases.ts';

/** The cases of `npm test` for one CLI; `npm run test:cli` runs all cases for all of them. */
export function quickTests(backend: string): void {
  const cli = agentCli(backend);
  for (const it of CLI_CASES.filter(({ isQuick }) => isQuick)) {
    test(`${backend}: ${it.name}`, () => it.run(cli));
  }
  test.run();
}
