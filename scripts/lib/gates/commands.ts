/** What command lines say: their parts, their programs, the scripts that they run. All pure. */
import type { Project } from './project.ts';

/** The commands of `a && b && c`; null where the shell does more than that with them. */
export function splitChain(command: string): string[] | null {
  const parts: string[] = [''];
  for (const [token] of command.matchAll(/'[^']*'|"(?:\\.|[^"\\])*"|\\.|&&|[\s\S]/g)) {
    if (token === '&&') parts.push('');
    else if (/^[|;&<>`()\n'"]$|^\$$|^".*[$`]/.test(token)) return null;
    else parts[parts.length - 1] += token;
  }
  const trimmed = parts.map((part) => part.trim());
  return trimmed.includes('') ? null : trimmed;
}

/** `npx tsc` -> `tsc`, `uv run pytest` -> `pytest`, `vendor/bin/pest` -> `pest`, `CI=1 npm test` -> `npm test`. */
export function withoutRunner(command: string): string {
  const inner = command
    .trim()
    .replace(/^(?:cross-env\s+|env\s+)?(?:[A-Za-z_]\w*=\S*\s+)+/, '')
    .replace(
      /^(?:npx(?: --no-install| --yes| -y| --no)?|bunx|pnpm exec|pnpm dlx|yarn exec|npm exec(?: --)?|uv run|poetry run|pdm run|pipenv run|uvx|bundle exec)\s+/,
      '',
    )
    .replace(/^(?:\.\/)?(?:vendor\/bin|node_modules\/\.bin|\.?venv\/bin)\//, '')
    .replaceAll(/\s+/g, ' ');
  return inner === command ? inner : withoutRunner(inner);
}

/** The package.json script that a command runs, by whatever package manager, and what it is given. */
export function scriptRun(
  command: string,
  scripts: ReadonlyMap<string, string>,
): { script: string; args: string[] } | null {
  const words = withoutRunner(command)
    .split(' ')
    .filter((word) => !/^(--silent|-s|--if-present)$/.test(word));
  const [manager = '', first = '', ...rest] = words;
  if (!/^(npm|pnpm|yarn|bun)$/.test(manager)) return null;
  if (/^(run|run-script)$/.test(first)) {
    const [script, ...args] = rest;
    return script === undefined || script.startsWith('-') ? null : { script, args };
  }
  if (manager !== 'bun' && /^(test|t)$/.test(first)) return { script: 'test', args: rest };
  // `bun test` is bun's own runner; `yarn lint` and `pnpm lint` are scripts, if there is one; no program has a colon.
  const isScript =
    (manager === 'pnpm' || manager === 'yarn') && (scripts.has(first) || first.includes(':'));
  return isScript ? { script: first, args: rest } : null;
}

/** The script that a command runs as it is, without arguments of its own. */
export function scriptReference(
  command: string,
  scripts: ReadonlyMap<string, string>,
): string | null {
  const run = scriptRun(command, scripts);
  return run?.args.every((word) => word === '--') ? run.script : null;
}

/** `run-p lint:*`, `npm-run-all lint test`, `concurrently "npm:lint:*"`: the scripts that are run; null for anything else. */
export function scriptsOfList(
  command: string,
  scripts: ReadonlyMap<string, string>,
): string[] | null {
  const [program = '', ...words] = withoutRunner(command).replaceAll(/["']/g, '').split(' ');
  const prefix = program === 'concurrently' ? 'npm:' : '';
  if (!/^(run-s|run-p|npm-run-all2?|concurrently)$/.test(program)) return null;
  const found = words.map((word, at) => {
    if (word.startsWith('-')) return [];
    const names = word.startsWith(prefix) ? matching(word.slice(prefix.length), scripts) : [];
    // What stands behind an option may be its value.
    return names.length > 0 || words[at - 1]?.startsWith('-') ? names : null;
  });
  return found.every((names) => names !== null) ? found.flat() : null;
}

/** `lint:*` is each script one level below, `lint:**` each below. */
function matching(pattern: string, scripts: ReadonlyMap<string, string>): string[] {
  const source = pattern
    .split(/(\*+)/)
    .map((piece) => {
      if (piece.startsWith('*')) return piece === '*' ? '[^:]*' : '.*';
      return piece.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
    })
    .join('');
  const names = new RegExp(`^${source}$`);
  return [...scripts.keys()].filter((name) => names.test(name));
}

/** A script's body with the bodies of all scripts that it runs. */
export function expandScript(name: string, { scripts }: Pick<Project, 'scripts'>): string {
  return bodiesOf(scriptsWithin(name, scripts), scripts);
}

/** What npm runs by itself around a script, and around those that it runs: `pretest`, `posttest`. */
export function expandHooks(name: string, { scripts }: Pick<Project, 'scripts'>): string {
  const hooksOf = (script: string) =>
    [`pre${script}`, `post${script}`].flatMap((hook) => scriptsWithin(hook, scripts));
  const open = new Set(scriptsWithin(name, scripts).flatMap(hooksOf));
  for (const script of open) for (const hook of hooksOf(script)) open.add(hook);
  return bodiesOf([...open], scripts);
}

function bodiesOf(names: readonly string[], scripts: ReadonlyMap<string, string>): string {
  return names.map((name) => scripts.get(name)).join('\n');
}

/** The script with all that it runs, each once. */
function scriptsWithin(name: string, scripts: ReadonlyMap<string, string>): string[] {
  const seen = new Set<string>();
  const visit = (script: string): string[] => {
    const body = scripts.get(script);
    if (body === undefined || seen.has(script)) return [];
    seen.add(script);
    const runs = body.split(/&&|\|\||[;|&]/).flatMap((part) => {
      const run = scriptReference(part.trim(), scripts);
      return run === null ? (scriptsOfList(part.trim(), scripts) ?? []) : [run];
    });
    return [script, ...runs.flatMap(visit)];
  };
  return visit(name);
}

/** `checkTypes` and `check:types` -> `check`, `types`. */
export function wordsOf(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** `test:unit` and `checkTypes` -> `test-unit`, `check-types`. */
export function kebab(name: string): string {
  return wordsOf(name).join('-').slice(0, 60) || 'gate';
}
