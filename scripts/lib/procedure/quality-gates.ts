/** quality-gates.md: which gate passed on whose result, what the red ones printed, and who changed what judges them. */
import { codeSpan, fenced } from '../foreign-text.ts';
import { commandLine } from '../shell-word.ts';
import { type GatedTarget, gateTables } from './gate-tables.ts';
import { tableMarkdown, tableSection } from './table-markdown.ts';

export function qualityGatesMarkdown(targets: readonly GatedTarget[]): string {
  const { gates, tests, exam, red } = gateTables(targets);
  return [
    '# Quality gates',
    gates.rows.length === 0 ? 'No gate was run.' : tableMarkdown(gates),
    ...tableSection('Test by test', tests),
    ...tableSection('What judges the results, and was changed', exam),
    ...diffCommands(targets),
    ...red.flatMap(({ target, gate, said, command, exit_code, log, tail }) => [
      `## ${codeSpan(target)}: ${codeSpan(gate)}`,
      `${said}, exit status ${exit_code ?? 'none'}, command ${codeSpan(command)}, whole log ${codeSpan(log, log.length)}`,
      fenced(tail === '' ? '(it printed nothing)' : tail),
    ]),
  ]
    .join('\n\n')
    .concat('\n');
}

/** How to see those changes: they are shown, and not judged. */
function diffCommands(targets: readonly GatedTarget[]): string[] {
  const base = targets.find(({ target }) => target === 'base');
  if (base === undefined) return [];
  return targets.flatMap(({ tree, gate_files }) => {
    const paths = gate_files.map(({ path }) => path);
    if (paths.length === 0) return [];
    return codeSpan(commandLine(['git', 'diff', base.tree, tree, '--', ...paths]), 2000);
  });
}
