import { Requirements } from './requirements.ts';

/** No line that somebody wrote is longer. */
const LONGEST_LINE = 2000;

const STRING = String.raw`\s*(?:"([^"\n]*)"|'([^'\n]*)')`;
const GEM = new RegExp(String.raw`^\s*gem\b\s*\(?${STRING}`);
const VERSION = new RegExp(String.raw`^\s*,${STRING}\s*(?=[,)#]|$|if\b|unless\b)`);
/** Where a gem comes from, if it is not the usual place. */
const ORIGIN = /\b(git|github|path|branch|ref|tag)(?::|['"]?\s*=>)\s*(?:"([^"\n]*)"|'([^'\n]*)')/g;

/** `gem 'name', '~> 1', '>= 1.2', git: '...'`. https://bundler.io/man/gemfile.5.html */
export function readGemfile(text: string): Map<string, string> {
  const requirements = new Requirements();
  for (const full of text.split('\n')) {
    const line = full.slice(0, LONGEST_LINE);
    const gem = GEM.exec(line);
    if (gem === null) continue;
    const parts: string[] = [];
    let rest = line.slice(gem[0].length);
    for (let version = VERSION.exec(rest); version !== null; version = VERSION.exec(rest)) {
      parts.push(version[1] ?? version[2] ?? '');
      rest = rest.slice(version[0].length);
    }
    for (const [, key, double, single] of rest.matchAll(ORIGIN))
      parts.push(`${key}: ${double ?? single ?? ''}`);
    requirements.add(gem[1] ?? gem[2] ?? '', parts.join(', '));
  }
  return requirements.toMap();
}
