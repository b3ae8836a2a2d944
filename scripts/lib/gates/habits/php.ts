import { asObject, parseObject } from '../json-object.ts';
import type { Candidate, Project } from '../project.ts';
import { gatesOfTasks } from '../written-tasks.ts';
import { assumed } from './assumed.ts';

/** composer.json: the scripts that check, and the tools that it asks for. */
export async function composerGates(project: Project): Promise<Candidate[]> {
  const manifest = parseObject(await project.read('composer.json'));
  const scripts = Object.entries(asObject(manifest.scripts)).flatMap(([name, body]) => {
    const commands = [body].flat().filter((line): line is string => typeof line === 'string');
    if (commands.length === 0) return [];
    const source = `composer.json scripts.${name}`;
    const runs = commands.map((line) =>
      line.replace(/^@(?!php\b)/, 'composer run-script ').replace(/^@php /, 'php '),
    );
    return [{ name, commands, command: `composer run-script ${name}`, source, runs }];
  });
  const required = { ...asObject(manifest.require), ...asObject(manifest['require-dev']) };
  const tool = (name: string, command: string, packageName: string) =>
    packageName in required ? [assumed(name, command, `composer.json ${packageName}`)] : [];
  return [
    ...gatesOfTasks(scripts),
    ...tool('lint', 'vendor/bin/phpstan analyse', 'phpstan/phpstan'),
    ...tool('test', 'vendor/bin/pest', 'pestphp/pest'),
    ...('pestphp/pest' in required ? [] : tool('test', 'vendor/bin/phpunit', 'phpunit/phpunit')),
  ];
}
