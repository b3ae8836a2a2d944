/** What goes wrong on purpose: every error that a user is meant to read carries a code, a remedy and facts. */
import { inspect } from 'node:util';

export interface ErrorFacts {
  /** Stable, kebab-case; callers branch on it. */
  code: string;
  /** What happened, in one sentence. */
  message: string;
  /** The next command to run, or the decision to take. */
  hint: string;
  details?: Record<string, unknown>;
}

/** An expected failure; `exitStatus` is the one that CONTRACT.md gives to its kind. */
export abstract class ExpectedError extends Error {
  abstract readonly exitStatus: number;
  readonly code: string;
  readonly hint: string;
  readonly details: Record<string, unknown>;

  constructor({ code, message, hint, details = {} }: ErrorFacts) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    this.hint = hint;
    this.details = details;
  }
}

/** It was tried and did not work (a full disk, a git failure). */
export class Failure extends ExpectedError {
  readonly exitStatus = 1;
}

/** The caller's words are off: an unknown option, a picks file that is no JSON. */
export class UsageError extends ExpectedError {
  readonly exitStatus = 2;
}

/** A decision or a precondition is missing; nothing was changed. */
export class Refusal extends ExpectedError {
  readonly exitStatus = 3;
}

/** A program that is needed is not installed. */
export class MissingProgram extends ExpectedError {
  readonly exitStatus = 4;
}

/** SIGINT or SIGTERM ended the script; the exit status is 128 plus the signal's number. */
export class Interrupted extends ExpectedError {
  readonly exitStatus: number;

  constructor(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP') {
    super({
      code: 'interrupted',
      message: `Interrupted by ${signal}.`,
      hint: 'Run the same command again: what is done already is found done.',
      details: { signal },
    });
    this.exitStatus = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }[signal];
  }
}

/** The message of anything that was thrown, errors or not. */
export function messageOf(thrown: unknown): string {
  if (thrown instanceof Error) return thrown.message;
  return typeof thrown === 'string' ? thrown : inspect(thrown);
}

/** The `code` of a Node system error (`ENOENT`, `EACCES`, ...), or undefined; our own errors have codes of another kind. */
export function systemErrorCode(thrown: unknown): string | undefined {
  return thrown instanceof Error && 'syscall' in thrown && 'code' in thrown
    ? String(thrown.code)
    : undefined;
}
