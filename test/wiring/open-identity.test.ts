import { beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../src/config/settings.ts';
import { registrationName } from '../../src/identity/registration.ts';
import { openIdentity } from '../../src/wiring/open-identity.ts';
import { mirrorIdOf } from '../../src/wiring/mirror-id.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import { SETTINGS_OUT_OF_REACH } from '../support/settings-out-of-reach.ts';
import { createSilentLogger } from '../support/silent-logger.ts';

const SETTINGS = readSettings(SETTINGS_OUT_OF_REACH);

describe('a registration that a newer release has written in its format', () => {
  const documents = new MemoryDocuments();
  const log = createSilentLogger();
  const open = () =>
    openIdentity(SETTINGS, log, documents.through(immediately), {
      evaluate: async () => await Promise.resolve({ kind: 'clear', blobs: 1 } as const),
      requireClear: async () => await Promise.resolve(),
    });

  beforeEach(async () => {
    documents.stored.clear();
    await open().admit();
    log.lines.length = 0;
  });

  /** Gives a registration the next format; a new one under that name when there is none. */
  function renew(name: string): void {
    const [own] = documents.stored.values();
    const text = JSON.stringify({ ...(JSON.parse(own?.text ?? '') as object), format: 2 });
    documents.stored.set(name, { text, version: 'newer' });
  }

  it('of this mirror refuses to mirror, since the pause of the newer release cannot be read', async () => {
    renew(registrationName(mirrorIdOf(SETTINGS)));
    const identity = open();
    expect(await identity.refusal()).toMatchObject({
      reason: expect.stringContaining('newer release') as string,
    });
    await expect(identity.guard()).rejects.toMatchObject({ code: 'document-too-new' });
    expect(log.lines.map(({ level, fields }) => [level, fields['error']])).toMatchObject([
      ['error', { code: 'document-too-new' }],
    ]);
  });

  it('of another mirror is named with that code, and this one works', async () => {
    renew(registrationName(mirrorIdOf(SETTINGS)).replace('.default', '.other'));
    const identity = open();
    expect(await identity.refusal()).toBeUndefined();
    const named = log.lines.filter(({ level }) => level === 'warn').map(({ fields }) => fields);
    expect(named).toMatchObject([
      { code: 'document-too-new', document: expect.stringContaining('.other') as string },
    ]);
  });
});
