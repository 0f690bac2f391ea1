/**
 * The factor by which time limits exceed the time on an idle machine, so that a test does not fail on a busy
 * one. What takes longer hangs.
 */
export const PATIENCE = 5;
