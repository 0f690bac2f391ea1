import { describe, expect, it } from 'vitest';
import { type CredentialReport, judgeCredentials } from '../../src/status/judge-credentials.ts';

const NOW = new Date('2026-11-25T12:00:00Z');
const DAY = 24 * 3_600_000;
const inDays = (days: number): Date => new Date(NOW.getTime() + days * DAY);
const SAS = 'the SAS of BLOBMIRROR_SOURCE';
const SECOND = 'the SAS of BLOBMIRROR_SOURCE__secondary';
const judge = (...credentials: readonly CredentialReport[]) => judgeCredentials(credentials, NOW);

describe('the end of a credential', () => {
  it('is no problem where there is none, or it is more than 14 days away', () => {
    expect(judge()).toEqual([]);
    expect(judge({ name: SAS, endsAt: inDays(14.1) }, { name: 'the secret source of kv' })).toEqual([]);
  });

  it('is told 14 days before it comes, with what takes over', () => {
    expect(judge({ name: SAS, endsAt: inDays(13) }, { name: SECOND, endsAt: inDays(90) })).toEqual([
      {
        code: 'credential-ending',
        detail: 'The SAS of BLOBMIRROR_SOURCE ends in 13 d, on 2026-12-08 12:00 UTC.',
        severity: 'warning',
      },
    ]);
    expect(judge({ name: SAS, endsAt: inDays(13), successor: SECOND })[0]?.detail).toBe(
      'The SAS of BLOBMIRROR_SOURCE ends in 13 d, on 2026-12-08 12:00 UTC; then the SAS of BLOBMIRROR_SOURCE__secondary takes over.',
    );
  });

  it('is told without the name of a secret to anyone who asks', () => {
    const secret = { name: 'the secret source of kv.vault.azure.net', publicName: 'a secret of Key Vault' };
    const [ending, unknown] = judge({ ...secret, endsAt: inDays(13) }, { ...secret, unknown: 'it is gone' });
    expect(ending?.publicDetail).toBe('A secret of Key Vault ends in 13 d, on 2026-12-08 12:00 UTC.');
    expect(unknown?.publicDetail).toBe('The end of a secret of Key Vault is unknown: it is gone.');
    expect(unknown?.detail).toContain('kv.vault.azure.net');
  });

  it('fails health when it has come and nothing took over', () => {
    expect(judge({ name: SAS, endsAt: inDays(-1) })).toEqual([
      { code: 'credential-ended', detail: 'The SAS of BLOBMIRROR_SOURCE has ended on 2026-11-24 12:00 UTC.' },
    ]);
  });

  it('is reported when it has come and a second one took over, until the first is replaced', () => {
    expect(judge({ name: SAS, endsAt: inDays(-1), successor: SECOND })).toEqual([
      {
        code: 'credential-ended',
        detail:
          'The SAS of BLOBMIRROR_SOURCE has ended on 2026-11-24 12:00 UTC; requests go out with the SAS of BLOBMIRROR_SOURCE__secondary.',
        severity: 'warning',
      },
    ]);
    expect(judge({ name: SAS, endsAt: inDays(90) })).toEqual([]);
  });

  it('comes early where the account refuses it', () => {
    expect(
      judge({ name: SAS, endsAt: inDays(90), refused: 'the account refuses it', successor: SECOND }),
    ).toMatchObject([
      { code: 'credential-ended', detail: expect.stringContaining('not accepted any more') as string },
    ]);
  });

  it('has ended at the moment that it names, and is about to end until then', () => {
    const code = (ms: number) => judge({ name: SAS, endsAt: new Date(inDays(0).getTime() + ms) })[0]?.code;
    expect([code(-1), code(0), code(1)]).toEqual([
      'credential-ended',
      'credential-ended',
      'credential-ending',
    ]);
    expect([code(14 * 86_400_000), code(14 * 86_400_000 + 1)]).toEqual(['credential-ending', undefined]);
  });

  it('of a secret stops nothing, since the value that it had is in use', () => {
    const secret = { name: 'the secret source of kv.vault.azure.net', isAdvisory: true };
    expect(judge({ ...secret, endsAt: inDays(-1) })).toMatchObject([
      { code: 'credential-ended', severity: 'warning' },
    ]);
    expect(judge({ ...secret, endsAt: inDays(3) })).toMatchObject([{ code: 'credential-ending' }]);
  });

  it('is unknown where nobody can tell, and says why', () => {
    expect(
      judge({ name: SAS, unknown: 'it names none' }, { name: 'the secret a of kv', unknown: 'x' }),
    ).toEqual([
      {
        code: 'credential-unknown',
        detail:
          'The end of the SAS of BLOBMIRROR_SOURCE is unknown: it names none. The end of the secret a of kv is unknown: x.',
        severity: 'warning',
      },
    ]);
  });
});
