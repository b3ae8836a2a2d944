import type { SessionData } from './session.ts';

/** metadata.md: what a person wants to know who opens a session directory. */
export function metadataMarkdown(data: SessionData): string {
  const models = data.models.map(
    ({ model, role, available, backend, version, reason }) =>
      `- ${model}: ${available ? `${role}, ${backend ?? 'no program of its own'}${version ? ` ${version}` : ''}` : `not available (${reason})`}`,
  );
  return [
    `# Session ${data.session_id}`,
    '',
    '- Command: execute',
    `- Started: ${data.created_at}`,
    `- Passes: ${data.pass_count}`,
    `- Time limit of a model: ${data.timeout_s === 'none' ? 'none' : `${data.timeout_s} s`}`,
    `- Repository: ${data.main_tree}`,
    `- Branch: ${data.branch ?? '(detached HEAD)'}, trunk: ${data.trunk ?? '(unknown)'}`,
    `- Ref: ${data.ref}, base: ${data.base}`,
    `- User's uncommitted changes: ${data.user_changes === null ? 'none' : `${data.user_changes.mode} (${data.user_changes.files.length} files)`}`,
    `- Host: ${data.host}${data.host === 'none' ? '' : `, in the ${data.host_tree} tree`}`,
    '',
    '## Models',
    '',
    ...models,
    '',
  ].join('\n');
}
