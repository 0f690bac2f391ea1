/**
 * What may come before a look at a key begins, in milliseconds: the wait for another look at it, or looks that were in
 * vain. The look itself may be a long copy that takes its whole budget, four minutes, and both fit the shortest time
 * that a function may take, five minutes (invariant 13). What comes too late is left to a later message.
 */
export const LONGEST_PRELUDE_MS = 30_000;
