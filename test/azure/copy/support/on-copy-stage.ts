import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Key } from '../../../../src/model/key.ts';
import { type CopyStage, startCopyStage } from './copy-stage.ts';

/** One stage for all tests of a suite. It is cleared for each test, which gets a key of its own. */
export function onCopyStage(enter: (stage: CopyStage, key: Key) => void): void {
  let stage: CopyStage;
  beforeAll(async () => {
    stage = await startCopyStage();
  });
  beforeEach(() => {
    stage.wire.intercept = () => undefined;
    stage.wire.requests.length = 0;
    enter(stage, stage.newKey());
  });
  afterAll(async () => {
    await stage.stop();
  });
}
