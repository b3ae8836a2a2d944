/** A word as a POSIX shell reads it back. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** A command line that people can paste. */
export function commandLine(words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}
