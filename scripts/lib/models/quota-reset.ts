/** When a quota is filled again, in the words of the programs that say it. */

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `resets 3:27am (UTC)`, `resets Nov 26, 3pm (Europe/Berlin)`, `try again at Nov 26th, 2026 3:25 PM` [seen, or read in their code]. */
const AT =
  /(?:resets?(?: at)?|try again at) (?:([A-Za-z]{3})[a-z]* (\d{1,2})(?:st|nd|rd|th)?,?(?: (\d{4}),?)?(?: at)? )?(\d{1,2})(?::(\d\d))? ?([ap])\.?m\b\.?(?: \(([\w/+-]+)\))?/i;
/** `reset after 19h56m20s`, `try again in 2 hours 5 minutes`, `resets in 45m` */
const IN =
  /(?:resets? (?:after|in)|try again in|retry in) ((?:\d+(?:\.\d+)? ?(?:days?|hours?|minutes?|seconds?|hrs?|mins?|secs?|[dhms])\b[ ,]*(?:and )?|\d+[dhms])+)/i;
/** `usage limit reached|1795393200` */
const EPOCH = /limit reached\|(\d{10})\b/;
const ISO =
  /(?:resets?|again|until)[^.\n]{0,20}?(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))/i;

const DAY_MS = 86_400_000;
const UNIT_MS: Record<string, number> = { d: DAY_MS, h: 3_600_000, m: 60_000, s: 1_000 };

/** The moment that a message names, or null when it names none. Times of day without a zone are this machine's. */
export function resetTime(message: string, now: Date): Date | null {
  const epoch = EPOCH.exec(message)?.[1];
  if (epoch !== undefined) return new Date(Number(epoch) * 1000);
  const iso = ISO.exec(message)?.[1];
  if (iso !== undefined) return new Date(iso);
  const wait = IN.exec(message)?.[1];
  if (wait !== undefined) return new Date(now.getTime() + durationMs(wait));
  const at = AT.exec(message);
  return at === null ? null : timeOfDay(at, now);
}

function durationMs(words: string): number {
  return [...words.matchAll(/(\d+(?:\.\d+)?) ?([dhms])/gi)].reduce(
    (total, [, number, unit = 's']) => total + Number(number) * (UNIT_MS[unit.toLowerCase()] ?? 0),
    0,
  );
}

/** The next such moment: of a time without a date the one within a day, of a date without a year the one within a year. */
function timeOfDay([, month, day, year, hour, minute, half, zone]: RegExpExecArray, now: Date) {
  const today = partsIn(zone, now);
  if (today === null) return null;
  const hours = (Number(hour) % 12) + (half?.toLowerCase() === 'p' ? 12 : 0);
  const at = (y: number, m: number, d: number) =>
    inZone(zone, Date.UTC(y, m, d, hours, Number(minute ?? 0)));
  if (month === undefined) {
    const [y, m, d] = today;
    const moment = at(y, m, d);
    return moment > now ? moment : at(y, m, d + 1);
  }
  const index = MONTHS.indexOf(month.toLowerCase());
  if (index === -1) return null;
  const moment = at(year === undefined ? today[0] : Number(year), index, Number(day));
  const isOver = year === undefined && moment.getTime() < now.getTime() - 30 * DAY_MS;
  return isOver ? at(today[0] + 1, index, Number(day)) : moment;
}

/** Year, month from 0 and day of a moment in a time zone; null: there is no such zone. */
function partsIn(zone: string | undefined, moment: Date): [number, number, number] | null {
  const offset = offsetMs(zone, moment.getTime());
  if (offset === null) return null;
  const local = new Date(moment.getTime() + offset);
  return [local.getUTCFullYear(), local.getUTCMonth(), local.getUTCDate()];
}

/** The moment at which the clocks of a zone show what `local` shows in UTC. */
function inZone(zone: string | undefined, local: number): Date {
  const guess = local - (offsetMs(zone, local) ?? 0);
  return new Date(local - (offsetMs(zone, guess) ?? 0));
}

/** How far a zone's clocks are ahead of UTC. */
function offsetMs(zone: string | undefined, moment: number): number | null {
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      ...(zone === undefined ? {} : { timeZone: zone }),
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    const parts = Object.fromEntries(
      format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]),
    );
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(moment / 1000) * 1000;
  } catch {
    return null;
  }
}
