/**
 * How many times as long as at ease something may take, so that a test does not fail since the machine does much else.
 * What takes longer hangs.
 */
export const PATIENCE = 5;
