import { isCheckName, isHarmless, kebab } from '../commands.ts';
import { kindOf } from '../gate-kind.ts';
import { asObject, type Candidate, type Project, parseObject } from '../project.ts';
import { assumed } from './assumed.ts';

/** composer.json: the scripts that check, and the tools that it asks for. */
export async function composerGates(project: Project): Promise<Candidate[]> {
  const manifest = parseObject(await project.read('composer.json'));
  const scripts = Object.entries(asObject(manifest.scripts)).flatMap(([name, body]) => {
    const lines = (Array.isArray(body) ? body : [body]).filter((line) => typeof line === 'string');
    return lines.length === 0 ? [] : [{ name, lines: lines as string[] }];
  });
  const written = scripts
    .filter(({ name, lines }) => isCheckName(name) && isHarmless(name, lines.join('\n')))
    .map(({ name, lines }) => ({
      name: kebab(name),
      kind: kindOf(name, lines.join('; ')),
      command: `composer run-script ${name}`,
      cwd: '.',
      source: `composer.json scripts.${name}`,
      runs: lines.map((line) =>
        line.replace(/^@(?!php\b)/, 'composer run-script ').replace(/^@php /, 'php '),
      ),
      assumed: false,
    }));
  const required = { ...asObject(manifest.require), ...asObject(manifest['require-dev']) };
  const tool = (name: string, command: string, packageName: string) =>
    packageName in required ? [assumed(name, command, `composer.json ${packageName}`)] : [];
  return [
    ...written,
    ...tool('lint', 'vendor/bin/phpstan analyse', 'phpstan/phpstan'),
    ...tool('test', 'vendor/bin/pest', 'pestphp/pest'),
    ...('pestphp/pest' in required ? [] : tool('test', 'vendor/bin/phpunit', 'phpunit/phpunit')),
  ];
}
