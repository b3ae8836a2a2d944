/** What the launcher says in the form of the contract: a code, what happened, what to do, an exit status. */
export class LauncherError extends Error {
  /** @param {{ code: string, message: string, hint: string, exitStatus: number }} facts */
  constructor({ code, message, hint, exitStatus }) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.exitStatus = exitStatus;
  }
}
