/** Whose quota is used up: nothing more is started that would be charged to such an account. */
import { participants, type Session } from '../session/session.ts';
import { type RunState, readRunState } from './run-state.ts';

export interface UsedUp {
  /** The model that found it out. */
  model: string;
  resetsAt: Date | null;
}

/** The accounts that runs of this session have found empty, and that are not known to be filled again. */
export class Accounts {
  private readonly usedUp = new Map<string, UsedUp>();

  static async of(session: Session): Promise<Accounts> {
    const states: RunState[] = [];
    for (const { model } of participants(session)) {
      for (let pass = 1; pass <= session.data.current_pass; pass++) {
        states.push(...[await readRunState(session, model, pass)].flatMap((state) => state ?? []));
      }
    }
    const accounts = new Accounts();
    states.sort((a, b) => a.started_at.localeCompare(b.started_at));
    for (const state of states) accounts.note(state);
    return accounts;
  }

  /** Learns from a run that has ended: of one account the last word counts. */
  note({ account, model, status, cause, resets_at, attempts }: RunState): void {
    // A run that was not started knows it from another one.
    if (account === null || status === 'running' || attempts.length === 0) return;
    if (cause === 'quota') {
      this.usedUp.set(account, {
        model,
        resetsAt: resets_at === null ? null : new Date(resets_at),
      });
    } else if (status === 'succeeded') this.usedUp.delete(account);
  }

  /** Null: nothing speaks against a start. */
  usedUpBy(account: string, now = new Date()): UsedUp | null {
    const found = this.usedUp.get(account) ?? null;
    return found?.resetsAt != null && found.resetsAt <= now ? null : found;
  }
}
