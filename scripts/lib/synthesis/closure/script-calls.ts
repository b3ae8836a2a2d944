/** Calls of scripts, targets and recipes in a text. */
import type { Runner } from './defined-tasks.ts';

export interface ScriptCall {
  runner: Runner;
  name: string;
  /** `npm run build` */
  written: string;
}

/** `npm --prefix web run -s build`: explicit enough to count anywhere. */
const NPM_RUN =
  /\b(npm|pnpm|yarn|bun)((?:[ \t]+[\w=@./:-]+){0,4}?)[ \t]+(?:run|run-script)((?:[ \t]+-[\w=@./:-]*){0,4})[ \t]+([\w][\w:.-]*)/g;
const NPM_SHORT = /\b(npm)[ \t]+(?:--?[\w=@./:-]+[ \t]+){0,4}(test|start|stop)(?![\w:.-])/g;

/** Elsewhere than where a command begins, these are words: "to make this", "just now". */
const COMMAND = String.raw`(?:^|[\n"'\x60;&|(@{$]|\brun:|\bthen|\bdo|[ \t]-)[ \t]*(?:(?:sudo|time|env|[A-Z_]+=\S{0,200})[ \t]+){0,3}`;
const PACKAGE_MANAGER = new RegExp(`${COMMAND}(pnpm|yarn)[ \\t]+([a-z][\\w:.-]*)`, 'g');
const MAKE_OR_JUST = new RegExp(
  `${COMMAND}(make|gmake|just|\\$\\(MAKE\\)|\\$\\{MAKE\\}|\\(MAKE\\)|MAKE\\})((?:[ \\t]+[\\w=@./:+-]+){1,8})`,
  'g',
);

/** What the package managers do themselves. */
const OWN_COMMANDS = new Set(
  (
    'add audit cache config create dlx exec fetch import info init install link list outdated pack patch prune ' +
    'publish rebuild remove run run-script setup store test up update upgrade why workspace workspaces version'
  ).split(' '),
);

export function scriptCalls(text: string): ScriptCall[] {
  const found = new Map<string, ScriptCall>();
  const add = (runner: Runner, program: string, name: string) => {
    const written = `${program} ${name}`;
    if (!found.has(`${runner} ${name}`)) found.set(`${runner} ${name}`, { runner, name, written });
  };
  for (const [, program = '', , , name = ''] of text.matchAll(NPM_RUN))
    add('npm', `${program} run`, trimmed(name));
  for (const [, program = '', name = ''] of text.matchAll(NPM_SHORT)) add('npm', program, name);
  for (const [, program = '', name = ''] of text.matchAll(PACKAGE_MANAGER))
    if (!OWN_COMMANDS.has(trimmed(name))) add('npm', program, trimmed(name));
  for (const [, program = '', words = ''] of text.matchAll(MAKE_OR_JUST)) {
    const runner = program === 'just' ? 'just' : 'make';
    for (const name of targetsIn(words, runner)) add(runner, runner, name);
  }
  return [...found.values()];
}

/** A recipe takes what follows as its arguments; make takes several targets. */
function targetsIn(words: string, runner: Runner): string[] {
  const all = words.trim().split(/[ \t]+/);
  const targets = all.filter(
    (word, index) =>
      !/^-|=/.test(word) &&
      !/^-[CfjIo]$|^--(justfile|working-directory)$/.test(all[index - 1] ?? ''),
  );
  return (runner === 'just' ? targets.slice(0, 1) : targets).map(trimmed);
}

/** The full stop of a sentence is not part of a name. */
function trimmed(name: string): string {
  return name.replace(/[.:]+$/, '');
}
