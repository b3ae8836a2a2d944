import type { SessionData, SessionModel } from './session.ts';

/**
 * metadata.md: what a person wants to know who opens a session directory.
 * @param facts what session.json does not say, a line each
 */
export function metadataMarkdown(data: SessionData, facts: readonly string[] = []): string {
  return [
    `# Session ${data.session_id}`,
    '',
    '- Command: execute',
    `- Task: ${oneLine(data.prompt_summary)} (whole in task.md)`,
    `- Started: ${data.created_at}`,
    `- Status: ${data.status.replace('_', ' ')}, last changed ${data.updated_at}`,
    `- Passes: ${data.pass_count}, of which ${data.completed_passes} completed`,
    `- Time limit of a model: ${data.timeout_s === 'none' ? 'none' : `${data.timeout_s} s`}`,
    `- Repository: ${oneLine(data.main_tree)}`,
    `- Branch: ${oneLine(data.branch ?? '(detached HEAD)')}, trunk: ${oneLine(data.trunk ?? '(unknown)')}`,
    `- Ref: ${data.ref}, base: ${data.base}`,
    `- User's uncommitted changes: ${userChanges(data)}`,
    `- Host: ${oneLine(data.host)}${data.host === 'none' ? '' : `, in the ${data.host_tree} tree`}`,
    `- Applied: ${applications(data)}`,
    ...facts.map((fact) => `- ${oneLine(fact)}`),
    '',
    '## Models',
    '',
    ...data.models.map((model) => modelLine(data, model)),
    '',
  ].join('\n');
}

function modelLine({ captures }: SessionData, model: SessionModel): string {
  const { role, available, backend, version, reason } = model;
  const name = oneLine(model.model);
  if (!available) return `- ${name}: not available (${oneLine(reason ?? 'no reason was given')})`;
  const program = backend ?? 'no program of its own';
  const captured = captures
    .filter((it) => it.model === model.model)
    .map(({ pass, state }) => `, pass ${pass}: ${state}`);
  const what = `${role}, ${program}${version ? ` ${version}` : ''}`;
  return `- ${name}: ${oneLine(what)}${captured.join('')}`;
}

const STATES = {
  'in-place': 'left where they were',
  saving: 'may have been moved, cut short: cleanup --restore brings them back',
  'set-aside': 'set aside: cleanup --restore brings them back',
  restored: 'set aside, and back again',
} as const;

function userChanges({ user_changes: changes }: SessionData): string {
  if (changes === null) return 'none';
  return `${changes.mode} (${changes.files.length} files), ${STATES[changes.state]}`;
}

function applications({ applications }: SessionData): string {
  const last = applications.at(-1);
  if (last === undefined) return 'nothing so far';
  const state = { applied: 'stands', undone: 'was undone', writing: 'was cut short' }[last.state];
  return `${last.tree} of pass ${last.pass} at ${last.applied_at}, which ${state}`;
}

/** Names and reasons come from outside: on one line, and never as markup. */
function oneLine(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .replaceAll(/[\\`[\]<>]/g, String.raw`\$&`);
}
