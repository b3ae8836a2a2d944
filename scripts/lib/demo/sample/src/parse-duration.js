const MS_PER_UNIT = { s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a text such as "90s", "5m" or "1h30m". */
export function parseDuration(text) {
  const [, amount, unit] = /(\d+)([smh])/.exec(text);
  return Number(amount) * MS_PER_UNIT[unit];
}
