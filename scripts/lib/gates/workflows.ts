import { gatesOfCommand } from './documented-commands.ts';
import { asObject, type Candidate, type Project } from './project.ts';
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
      found.push(...gatesOfCommand(command, cwd, file, project));
    }
  }
  return found;
}

/** Whether it runs for pushes or pull requests. A key `on` is `true` to YAML 1.1, and a string, a list or an object. */
function examinesCode({ on }: Record<string, unknown>): boolean {
  const events = typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(asObject(on));
  return events.some((event) => event === 'push' || event === 'pull_request');
}

interface Step {
  command: string;
  cwd: string;
}

/** The lines of all `run` steps; those with expressions are what only the service can fill in. */
function stepsOf(workflow: Record<string, unknown>): Step[] {
  const jobs = Object.entries(asObject(workflow.jobs)).filter(([name]) => !SHIPS.test(name));
  return jobs.flatMap(([, job]) => {
    const { steps, defaults } = asObject(job);
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
    .filter((line) => line !== '' && !line.startsWith('#') && !line.includes('${{'));
}
