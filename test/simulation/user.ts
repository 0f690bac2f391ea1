/** The users of the source account. */
export interface User {
  /** A random act. */
  act(): void;
}
