import { handleMessage } from '../../src/intake/handle-message.js';
import { converge } from '../../src/mirror/converge.js';
import { followRename } from '../../src/mirror/follow-rename.js';

/** What is put to the test: the production functions, or a mutant that wraps them. */
export interface Heart {
  readonly converge: typeof converge;
  readonly followRename: typeof followRename;
  readonly handleMessage: typeof handleMessage;
}

export const REAL_HEART: Heart = { converge, followRename, handleMessage };
