/** What a promise is rejected with; a promise that is kept is a failure of the test. */
export async function rejection(promise: Promise<unknown>): Promise<Thrown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error as Thrown;
  }
  throw new Error(`It was not rejected, but gave ${JSON.stringify(value)}.`);
}

export interface Thrown extends Error {
  code: string;
  hint: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at fields, and a wrong guess of a type fails there anyway
  details: any;
  exitStatus: number;
}
