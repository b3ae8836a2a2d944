/** quality-gates.md: which gate passed on whose result, what the red ones printed, and who changed what judges them. */
import { codeSpan, cutTo, fenced } from '../foreign-text.ts';
import { commandLine } from '../shell-word.ts';
import { type GatedTarget, gateTables } from './gate-tables.ts';
import { tableMarkdown, tableSection } from './table-markdown.ts';

/** For what red gates print, all of them and each: agents read the whole file. */
const MOST_CHARACTERS = 5000;
const LEAST_CHARACTERS = 300;

export function qualityGatesMarkdown(targets: readonly GatedTarget[]): string {
  const { gates, tests, exam, red } = gateTables(targets);
  const first = new Map(red.toReversed().map((it) => [it.tail, it]));
  const share = Math.max(LEAST_CHARACTERS, Math.floor(MOST_CHARACTERS / first.size));
  return [
    '# Quality gates',
    gates.rows.length === 0 ? 'No gate was run.' : tableMarkdown(gates),
    ...tableSection('Test by test', tests),
    ...tableSection('What judges the results, and was changed', exam),
    ...diffCommands(targets),
    ...red.flatMap((it) => {
      const { target, gate, said, command, exit_code, log, tail } = it;
      const same = first.get(tail);
      return [
        `## ${codeSpan(target)}: ${codeSpan(gate)}`,
        `${said}, exit status ${exit_code ?? 'none'}, command ${codeSpan(command)}, whole log ${codeSpan(log, log.length)}`,
        same === undefined || same === it || tail === ''
          ? fenced(tail === '' ? '(it printed nothing)' : cutTo(tail, share))
          : `It says the same as ${codeSpan(same.target)}: ${codeSpan(same.gate)}.`,
      ];
    }),
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
