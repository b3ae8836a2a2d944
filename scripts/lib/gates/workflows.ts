import { gatesOfCommand } from './documented-commands.ts';
import { asObject } from './json-object.ts';
import { ownTask } from './own-tasks.ts';
import type { Candidate, Project } from './project.ts';
import { readYaml } from './yaml.ts';

const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/;

/** Workflows that speak of shipping: what they run is done to the world, not to the code. */
const SHIPS = /\b(deploy|release|publish|nightly|stale|labell?er|docs?|pages|cron|schedule)/i;

/** GitHub Actions: the `run` steps that check, of workflows that examine the code. */
export async function workflowGates(project: Project): Promise<Candidate[]> {
  const files = [...project.paths].filter((path) => WORKFLOW.test(path)).sort();
  const found: Candidate[] = [];
  for (const file of files) {
    const workflow = asObject(await readYaml(project, file));
    if (SHIPS.test(file) || !examinesCode(workflow)) continue;
    for (const { command, cwd } of stepsOf(workflow)) {
      const said = withoutExpressions(command, cwd, project);
      const place = { directory: cwd, source: file, inCi: true };
      if (said !== null) found.push(...gatesOfCommand(said, place, project));
    }
  }
  return found;
}

/** Whoever is given secrets, or logs in somewhere, works there: that needs the cloud, or costs something. */
const LOGS_IN =
  /\bsecrets\.(?!GITHUB_TOKEN\b|CODECOV_TOKEN\b|COVERALLS_\w+)|configure-aws-credentials|google-github-actions\/auth|azure\/login/;

/** Whether it runs for pushes or pull requests. A key `on` is `true` to YAML 1.1, and a string, a list or an object. */
function examinesCode({ on }: Record<string, unknown>): boolean {
  const events = typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(asObject(on));
  return events.some((event) => event === 'push' || event === 'pull_request');
}

interface Step {
  command: string;
  cwd: string;
}

/** What only the service can fill in is left away where it is given to a script or task of the project's own; null elsewhere. */
function withoutExpressions(command: string, cwd: string, project: Project): string | null {
  if (!command.includes('${{')) return command;
  const known = command.replaceAll(/\s?\S*\$\{\{.*?\}\}\S*/g, '').trim();
  return ownTask(known, cwd, project);
}

/** The lines of all `run` steps. */
function stepsOf(workflow: Record<string, unknown>): Step[] {
  const jobs = Object.entries(asObject(workflow.jobs)).filter(([name]) => !SHIPS.test(name));
  return jobs.flatMap(([, job]) => {
    const { steps, defaults, env } = asObject(job);
    if (LOGS_IN.test(JSON.stringify([steps, env]))) return [];
    const usual = asObject(asObject(defaults).run)['working-directory'];
    return (Array.isArray(steps) ? steps : []).flatMap((step) => {
      const { run, 'working-directory': directory = usual } = asObject(step);
      if (typeof run !== 'string') return [];
      const cwd = typeof directory === 'string' ? directory : '.';
      return linesOf(run).map((command) => ({ command, cwd }));
    });
  });
}

function linesOf(script: string): string[] {
  return script
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
