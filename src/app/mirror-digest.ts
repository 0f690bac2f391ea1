import { createHash } from 'node:crypto';
import type { Settings } from '../config/settings.js';

/** Tells one mirror from another: what one full sync proved says nothing of other accounts, another scope or policy. */
export function mirrorDigest({ source, backup, scope, policy }: Settings): string {
  const { canary: _canary, state: _state, ...rules } = scope;
  const said = JSON.stringify([source.accountName, backup.accountName, rules, policy], (_, value: unknown) =>
    value instanceof Map ? [...value.entries()] : value,
  );
  return createHash('sha256').update(said).digest('base64url').slice(0, 16);
}
