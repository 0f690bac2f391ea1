import { keyText } from '../../../src/model/key.ts';
import { type MirrorFunctions, REAL_FUNCTIONS } from '../mirror-functions.ts';

/**
 * Against rules 1 and 2 of directories: after a rename on the backup, neither of the two names is checked.
 */
export const renameWithoutChecks: MirrorFunctions = {
  ...REAL_FUNCTIONS,
  handleMessage: (intake, log, message) => {
    const renamed = new Set<string>();
    const trusting: typeof intake = {
      ...intake,
      followRename: async (rename) => {
        const outcome = await intake.followRename(rename);
        if (outcome === 'renamed') renamed.add(keyText(rename.from)).add(keyText(rename.to));
        return outcome;
      },
      // What is below them is still walked.
      converge: async (key, since) =>
        renamed.has(keyText(key))
          ? { verdict: 'in-sync', isDirectory: true }
          : await intake.converge(key, since),
    };
    return REAL_FUNCTIONS.handleMessage(trusting, log, message);
  },
};
