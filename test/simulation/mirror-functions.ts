import { handleMessage } from '../../src/intake/handle-message.ts';
import { converge } from '../../src/mirror/converge.ts';
import { followRename } from '../../src/mirror/follow-rename.ts';

/** What is put to the test: the production functions, or a mutant that wraps them. */
export interface MirrorFunctions {
  readonly converge: typeof converge;
  readonly followRename: typeof followRename;
  readonly handleMessage: typeof handleMessage;
}

export const REAL_FUNCTIONS: MirrorFunctions = { converge, followRename, handleMessage };
