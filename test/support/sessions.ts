/** Sessions for tests of the functions themselves: made as start-session makes them, without running it. */
import { join } from 'node:path';
import { openRepository, type Repository } from '../../scripts/lib/git/repository.ts';
import { sessionsFolder } from '../../scripts/lib/session/list-sessions.ts';
import { newSessionId } from '../../scripts/lib/session/paths.ts';
import {
  createSession,
  type Session,
  type SessionData,
  type SessionModel,
} from '../../scripts/lib/session/session.ts';
import { makeTrust } from '../../scripts/lib/session/trusted-places.ts';

export function sessionModel(model: string, more: Partial<SessionModel> = {}): SessionModel {
  return {
    model,
    role: 'external',
    available: true,
    backend: model,
    binary: `/bin/${model}`,
    version: null,
    agent_model: null,
    reason: null,
    ...more,
  };
}

export function sessionData(
  repository: Repository,
  more: Partial<SessionData> = {},
  now: Date = new Date(),
): SessionData {
  return {
    schema_version: 1,
    session_id: newSessionId(now),
    command: 'execute',
    status: 'in_progress',
    branch: repository.branch,
    ref: repository.head,
    base: repository.head,
    trunk: 'main',
    main_tree: repository.topLevel,
    common_dir: repository.commonDir,
    slug: 'project',
    submodules: [],
    host: 'none',
    host_tree: 'main',
    models: [sessionModel('claude'), sessionModel('gpt')],
    pass_count: 1,
    current_pass: 1,
    completed_passes: 0,
    timeout_s: 1200,
    prompt_summary: 'Do it',
    user_changes: null,
    setup: null,
    preparation: null,
    worktrees: [],
    captures: [],
    applications: [],
    created_at: now.toISOString(),
    updated_at: now.toISOString(),
    ...more,
  };
}

export async function makeSession(
  directory: string,
  more: Partial<SessionData> = {},
  now?: Date,
): Promise<{ repository: Repository; session: Session }> {
  const repository = await openRepository(directory);
  const data = sessionData(repository, more, now);
  const folder = join(await sessionsFolder(repository), data.session_id);
  const session = await createSession(folder, data);
  await makeTrust(session, repository);
  return { repository, session };
}
