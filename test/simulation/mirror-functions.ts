import { handleMessage } from '../../src/intake/handle-message.ts';
import { keepHistory } from '../../src/history/keep-history.ts';
import { converge } from '../../src/mirror/converge.ts';
import { createLedger } from '../../src/unprotected/ledger.ts';
import { followRename } from '../../src/mirror/follow-rename.ts';

/** The functions under test: those of production, or a mutant that wraps them. */
export interface MirrorFunctions {
  readonly converge: typeof converge;
  readonly followRename: typeof followRename;
  readonly handleMessage: typeof handleMessage;
  readonly createLedger: typeof createLedger;
  readonly keepHistory: typeof keepHistory;
}

export const REAL_FUNCTIONS: MirrorFunctions = {
  converge,
  followRename,
  handleMessage,
  createLedger,
  keepHistory,
};
