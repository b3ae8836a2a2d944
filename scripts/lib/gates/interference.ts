/** Whether a gate failed for want of something that another program had: a port, a lock. */
import { createServer } from 'node:net';

const PORT_IS_TAKEN =
  /EADDRINUSE|address (?:is )?already in use|port (?:\d+ )?is already (?:allocated|in use)|only one usage of each socket address/i;

/** Of databases, package managers, compilers and git; a lock that is waited for ends in a time-out. */
const LOCK_IS_HELD =
  /database (?:table )?is locked|waiting for file lock|(?:could not|cannot|can't|unable to|failed to) (?:acquire|obtain|get|take)\b.{0,40}\block\b|\.lock\b.{0,40}(?:exists|is held)|another (?:[\w.-]+ ){0,3}(?:process|instance)\b.{0,60}\b(?:running|lock|holding)|\bELOCKED\b|\bETXTBSY\b/i;

/** Long lines are data. */
const LONGEST_LINE = 2000;

export function speaksOfInterference(log: string): boolean {
  return linesOf(log).some((line) => PORT_IS_TAKEN.test(line) || LOCK_IS_HELD.test(line));
}

/**
 * Asked right after the gate has ended alone: a port that is free then was taken by the gate itself, and that is the
 * fault of the code under test.
 */
export async function isInterfered(log: string): Promise<boolean> {
  const lines = linesOf(log);
  if (lines.some((line) => LOCK_IS_HELD.test(line))) return true;
  const ports = lines.flatMap((line, at) => {
    if (!PORT_IS_TAKEN.test(line)) return [];
    // Node says it once more in the lines below.
    const text = lines.slice(at, at + 12).join('\n');
    return [...text.matchAll(/(?::|\bport:? ?|, )(\d{2,5})\b/gi)].map(([, port]) => Number(port));
  });
  for (const port of new Set(ports)) if (port < 65_536 && (await isTaken(port))) return true;
  return false;
}

function linesOf(log: string): string[] {
  return log.split('\n').filter(({ length }) => length <= LONGEST_LINE);
}

/** On the loopback interface, or on all. */
function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'EADDRINUSE'));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(false));
    });
  });
}
