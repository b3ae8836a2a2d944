/** `npm run test:cli [-- CLI... CASE...]`: every real agent CLI through every case, and a table of what held. */
import { availableParallelism } from 'node:os';
import { inParallel } from '../../scripts/lib/process/in-parallel.ts';
import { AGENT_CLIS, installAgentCli } from '../support/agent-clis.ts';
import { CLI_CASES } from './cases.ts';

const words = process.argv.slice(2);
const wanted = <T>(all: readonly T[], nameOf: (it: T) => string): T[] => {
  const chosen = all.filter((it) => words.includes(nameOf(it)));
  return chosen.length > 0 ? chosen : [...all];
};
const clis = wanted(AGENT_CLIS, ({ backend }) => backend);
const cases = wanted(CLI_CASES, ({ name }) => name);

const cells = new Map<string, string>();
const failures: string[] = [];

// Each run has its own folder, home and model API; more at once than cores would only make all of them late.
await inParallel(availableParallelism(), clis, async (cli) => {
  await installAgentCli(cli);
  for (const it of cases) {
    const started = performance.now();
    const failure = await it.run(cli).then(
      () => null,
      (error: unknown) => error,
    );
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    cells.set(`${cli.backend} ${it.name}`, failure === null ? `${seconds} s` : 'FAILED');
    console.error(
      `${failure === null ? 'ok  ' : 'FAIL'} ${cli.backend}: ${it.name} (${seconds} s)`,
    );
    if (failure !== null) failures.push(`${cli.backend}: ${it.name}\n${describe(failure)}`);
  }
});

console.log(
  `| case | ${clis.map(({ backend, version }) => `${backend} ${version}`).join(' | ')} |`,
);
console.log(`| --- |${clis.map(() => ' --- |').join('')}`);
for (const { name } of cases) {
  console.log(
    `| ${name} | ${clis.map(({ backend }) => cells.get(`${backend} ${name}`)).join(' | ')} |`,
  );
}
for (const failure of failures) console.log(`\n${failure}`);
console.log(`\n${cells.size - failures.length} of ${cells.size} hold.`);
process.exitCode = failures.length > 0 ? 1 : 0;

function describe(failure: unknown): string {
  if (!(failure instanceof Error)) return String(failure);
  const details = 'details' in failure ? String(failure.details) : '';
  return `${failure.message}\n${details}`;
}
