/** quality-gates.md: which gate passed on whose result, what the red ones printed, and who changed the gates. */
import { codeSpan, fenced } from '../foreign-text.ts';
import { type GatedTarget, gateTables } from './gate-tables.ts';
import { tableMarkdown, tableSection } from './table-markdown.ts';

export function qualityGatesMarkdown(targets: readonly GatedTarget[]): string {
  const { gates, tests, tampering, red } = gateTables(targets);
  return [
    '# Quality gates',
    gates.rows.length === 0 ? 'No gate was run.' : tableMarkdown(gates),
    ...tableSection('Test by test', tests),
    ...tableSection('Changes to the gates themselves', tampering),
    ...red.flatMap(({ target, gate, said, command, exit_code, log, tail }) => [
      `## ${codeSpan(target)}: ${codeSpan(gate)}`,
      `${said}, exit status ${exit_code ?? 'none'}, command ${codeSpan(command)}, whole log ${codeSpan(log, log.length)}`,
      fenced(tail === '' ? '(it printed nothing)' : tail),
    ]),
  ]
    .join('\n\n')
    .concat('\n');
}
