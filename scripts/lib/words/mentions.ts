/** Which files, packages and scripts a line speaks of, in whatever language. */
import { posix } from 'node:path';

const IMPORT =
  /^\s*(?:import|from|use|using|require|require_relative|include|extern|mod|load|source|\}.*\bfrom|export\b.*\bfrom|#\s*(?:include|import)|@(?:import|use|forward))\b|\b(?:require|import)\s*\(|^\s*(?:\w+ )?"[\w./-]+"\s*$/;
const TOKEN = /[\w@~#$.\\/:+\x80-\xff-]{3,}/g;
const RUN = /[\w\x80-\xff-]+/g;
/** Longer ones are no names. */
const LONGEST = 400;

/** What an import may take for the name of a file or a package: what it quotes, or its words where it quotes nothing. */
export function importedIn(line: string): string[] {
  if (!IMPORT.test(line.slice(0, LONGEST))) return [];
  const tokens = [...line.matchAll(TOKEN)].filter(([text]) => text.length <= LONGEST);
  const quoted = tokens.filter(({ index }) => /["'`<]/.test(line[index - 1] ?? ''));
  return (quoted.length > 0 ? quoted : tokens).map(([text]) => text.replace(/[.:]+$/, ''));
}

/** At the start of a command: prose says `just` and `make` as well. */
const STARTED =
  /(?:^|[;&|("'`:@-]|\b(?:RUN|exec|sudo|time))\s*(?:(?:npm|pnpm|yarn|bun|composer)(?: run(?:-script)?)?|make(?: -C [\w./-]+)?|just|task|rake|deno task|poe|invoke)(?: -{1,2}\w[\w-]*)* ([\w:.-]+)/g;

/** `npm run NAME`, `make NAME`. */
export function scriptsRunIn(line: string): string[] {
  return [...line.matchAll(STARTED)].map(([, name = '']) => name);
}

interface Entry {
  path: string;
  steps: string[];
  /** As imports name it: without an ending, and for its folder if it stands for that. */
  bare: string[];
}

/** Files, found by what lines call them. */
export class FileNames {
  private readonly byKey = new Map<string, Entry[]>();

  constructor(paths: Iterable<string>) {
    for (const path of paths) {
      const steps = path.split('/');
      const stem = withoutEnding(steps.at(-1) ?? '');
      const folders = steps.slice(0, -1);
      const isFolder = /^(?:index|__init__|mod)$/.test(stem) && folders.length > 0;
      const entry = { path, steps, bare: isFolder ? folders : [...folders, stem] };
      for (const key of new Set([stem, entry.bare.at(-1) ?? ''].map(firstRun)))
        this.byKey.set(key, [...(this.byKey.get(key) ?? []), entry]);
    }
  }

  /** @param from the file that the line is in */
  mentionedIn(line: string, from: string): string[] {
    const near = new Set((line.match(RUN) ?? []).flatMap((run) => this.byKey.get(run) ?? []));
    if (near.size === 0) return [];
    const imported = importedIn(line);
    const tokens = (line.match(TOKEN) ?? []).filter((one) => one.length <= LONGEST);
    const isMentioned = (entry: Entry) =>
      entry.path !== from &&
      (imported.some((text) => isImported(entry, text, from)) ||
        tokens.some((text) => isNamed(entry, text, from)));
    return [...near].filter(isMentioned).map(({ path }) => path);
  }
}

function firstRun(stem: string): string {
  return /[\w\x80-\xff-]+/.exec(stem)?.[0] ?? '';
}

/** `./slug`, `../lib/slug.js`, `@/lib/slug`, `crate::lib::slug`, `shop.slug`: with or without an ending. */
function isImported({ bare, steps, path }: Entry, text: string, from: string): boolean {
  const forms = isEndingOf(path, text) ? [text, withoutEnding(text)] : [text];
  if (/^\.\.?\//.test(text)) {
    const own = [bare.join('/'), path, withoutEnding(path)];
    return forms.some((one) => own.includes(posix.join(posix.dirname(from), one)));
  }
  const separator = /[\\/]/.test(text) ? /[\\/]/ : text.includes('::') ? /::/ : /[.]/;
  return forms.some((one) => {
    const given = one.split(separator).filter((step) => step !== '' && !/^[@~#$.]/.test(step));
    const common = Math.max(commonEnd(given, bare), commonEnd(given, steps));
    return common > 0 && (common === given.length || common > 1);
  });
}

/** TypeScript is imported by the name of the JavaScript that it becomes. */
function isEndingOf(path: string, text: string): boolean {
  const [own = '', given = ''] = [path, text].map((one) => /\.\w+$/.exec(one)?.[0] ?? '');
  return own === given || (/^\.[cm]?jsx?$/.test(given) && /^\.[cm]?tsx?$/.test(own));
}

/** With its ending: a path from the top or from the file, or the end of one; a name alone only of a file beside. */
function isNamed({ path, steps }: Entry, text: string, from: string): boolean {
  const given = text.replace(/[.:,]+$/, '').split(/[\\/]/);
  const rest = given.slice(given.findLastIndex((step) => /^(?:\$.*|[@~#].*)$/.test(step)) + 1);
  const isUpward = rest[0] === '.' || rest[0] === '..';
  if (isUpward || rest.length === 1)
    return [
      posix.normalize(rest.join('/')),
      posix.join(posix.dirname(from), rest.join('/')),
    ].includes(path);
  const wanted = rest.filter((step) => step !== '');
  return wanted.length > 0 && commonEnd(wanted, steps) === wanted.length;
}

function commonEnd(a: readonly string[], b: readonly string[]): number {
  let same = 0;
  while (same < Math.min(a.length, b.length) && a.at(-1 - same) === b.at(-1 - same)) same++;
  return same;
}

function withoutEnding(name: string): string {
  return name.replace(/(?<=[^/])\.\w+$/, '');
}
