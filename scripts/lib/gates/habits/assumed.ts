import { kindOf } from '../gate-kind.ts';
import type { Candidate } from '../project.ts';

/** A gate that nobody wrote down: it follows from the language and what is configured. */
export function assumed(name: string, command: string, source: string): Candidate {
  return {
    name,
    kind: kindOf(name, command),
    command,
    cwd: '.',
    source,
    runs: [],
    assumed: true,
  };
}
