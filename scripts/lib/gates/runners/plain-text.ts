const ESCAPE = '\u001b';
const BELL = '\u0007';

/**
 * Colours, cursor movements, and titles and links of terminals. node:util's own stripVTControlCharacters takes time
 * that grows with the square of the length on `ESC;#;#;#...`, which a log may hold.
 */
const SEQUENCES = new RegExp(
  `${ESCAPE}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${BELL}${ESCAPE}\\n]*(?:${BELL}|${ESCAPE}\\\\)|[ -/]*[0-~])|\\u009b[0-?]*[ -/]*[@-~]`,
  'g',
);

/** What a person reads in a log: no escape sequences, and line feeds alone at the ends of lines. */
export function plainText(log: string): string {
  return log.replaceAll(SEQUENCES, '').replaceAll('\r\n', '\n');
}
