import { stripVTControlCharacters } from 'node:util';

export interface Usage {
  /** All of them, cached ones included. */
  input_tokens: number;
  output_tokens: number;
  cost_usd: number | null;
}

/** What a run's output says. */
export interface Reading {
  /** The model's final text without terminal escapes; '' when there is none. */
  text: string;
  usage: Usage | null;
  /** The error that the program reported in its structured output. */
  error: ReportedError | null;
}

export interface ReportedError {
  /** The HTTP status, or the program's own number below 100. */
  status: number | null;
  message: string;
}

export const NOTHING_READ: Reading = { text: '', usage: null, error: null };

/** Output that is not in the format it should be in is all that the program had to say. */
export function readText(stdout: string): Reading {
  return { ...NOTHING_READ, text: plainText(stdout) };
}

/** The text as a person should see it: no colours, no cursor movement, no control characters but tab and newline. */
export function plainText(text: string): string {
  return (
    stripVTControlCharacters(text)
      .replaceAll(/\r\n?/g, '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
      .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
      .trim()
  );
}

/** `unexpected status 401 Unauthorized`, `last status: 429`, `API Error: 500 ...`, `(HTTP 401)` [seen]. */
export function statusIn(message: string): number | null {
  const status = /(?:\bstatus:?|\bAPI Error:|\bHTTP|"code":|\berror:) ?([45]\d\d)\b/i.exec(
    message,
  )?.[1];
  return status === undefined ? null : Number(status);
}
