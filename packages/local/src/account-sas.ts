import { createHmac } from 'node:crypto';
import type { LocalAccount } from './ready-file.ts';

const VALID_MS = 24 * 3_600_000;
const CLOCK_SKEW_MS = 300_000;

/**
 * An account SAS with every right to blobs, valid for one day. Built here because loading the SDK takes 200
 * ms.
 * Source: "Create an account SAS", https://learn.microsoft.com/rest/api/storageservices/create-account-sas
 */
export function createAccountSas({ accountName, accountKey }: LocalAccount): string {
  const now = Date.now();
  const sas = {
    sv: '2026-10-06',
    ss: 'b',
    srt: 'sco',
    spr: 'https,http',
    st: toSeconds(now - CLOCK_SKEW_MS),
    se: toSeconds(now + VALID_MS),
    sp: 'rwdxftlacup',
  };
  const [anyAddress, noEncryptionScope] = ['', ''];
  const toSign = [
    accountName,
    sas.sp,
    sas.ss,
    sas.srt,
    sas.st,
    sas.se,
    anyAddress,
    sas.spr,
    sas.sv,
    noEncryptionScope,
    '',
  ].join('\n');
  const sig = createHmac('sha256', Buffer.from(accountKey, 'base64')).update(toSign, 'utf8').digest('base64');
  return new URLSearchParams({ ...sas, sig }).toString();
}

function toSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
