/** Facts in words that a person reads at a glance. */

const CAUSES: Record<string, string> = {
  timeout: 'ran out of time',
  'rate-limit': 'hit a rate limit',
  quota: 'its quota is used up',
  auth: 'not logged in',
  'api-error': 'its API failed',
  'empty-output': 'gave no final text',
  crash: 'crashed',
  'not-found': 'program not found',
  interrupted: 'was interrupted',
};

/** Why a run did not succeed. */
export function causeInWords(cause: string): string {
  return CAUSES[cause] ?? cause;
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const rest = seconds % 60 === 0 ? '' : ` ${seconds % 60} s`;
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min${rest}`;
}

/** 2026-01-02T03:04:05.678Z as people write it. */
export function moment(iso: string): string {
  return iso.replace(/^([\d-]{10})T(\d\d:\d\d).*Z$/, '$1 $2 UTC');
}

export function number(value: number): string {
  return value.toLocaleString('en-US');
}

export function count(value: number, noun: string): string {
  return `${number(value)} ${noun}${value === 1 ? '' : 's'}`;
}
