/** The users of the source account. */
export interface User {
  /** One act, at random. */
  act(): void;
}
