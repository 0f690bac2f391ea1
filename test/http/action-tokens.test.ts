import { expect, it } from 'vitest';
import { createActionTokens } from '../../src/http/action-guard.ts';
import { MemoryDocuments } from '../memory/memory-documents.ts';
import { immediately } from '../memory/schedule.ts';
import type { DocumentStore } from '../../src/ports/document-store.ts';

const HOUR_MS = 60 * 60_000;

function anApp() {
  const documents = new MemoryDocuments();
  const clock = { now: Date.parse('2026-11-25T12:00:00Z') };
  const damaged: string[] = [];
  const instance = (through: DocumentStore = documents.through(immediately)) =>
    createActionTokens(through, { now: () => clock.now, damaged: (name) => damaged.push(name) });
  return { documents, clock, instance, damaged };
}

it('a token of one instance is valid at every other, for twelve hours', async () => {
  const { clock, instance } = anApp();
  const token = await instance().issue();
  const other = instance();
  clock.now += 12 * HOUR_MS - 1;
  expect(await other.isValid(token)).toBe(true);
  clock.now += 1;
  expect(await other.isValid(token)).toBe(false);
});

it('a token that was altered or made up is not valid', async () => {
  const { instance } = anApp();
  const tokens = instance();
  const token = await tokens.issue();
  const [ends = '', proof = ''] = token.split('.');
  const later = `${(Number.parseInt(ends, 36) + HOUR_MS).toString(36)}.${proof}`;
  const other = `${ends}.${proof.startsWith('A') ? 'B' : 'A'}${proof.slice(1)}`;
  for (const wrong of ['', '.', ends, `${ends}.`, `.${proof}`, later, other, `${token} `, `${token}A`]) {
    expect(await tokens.isValid(wrong), wrong).toBe(false);
  }
  expect(await tokens.isValid(token)).toBe(true);
});

it('instances that start at once take the secret of the first', async () => {
  const { documents, instance } = anApp();
  const instances = Array.from({ length: 8 }, () => instance());
  const issued = await Promise.all(instances.map(async (each) => await each.issue()));
  for (const token of issued) expect(await instance().isValid(token)).toBe(true);
  expect([...documents.stored.keys()]).toEqual(['session/secret']);
});

it('tokens of an instance that had to make a new secret are valid at those that knew the old one', async () => {
  const { documents, instance, damaged } = anApp();
  const old = instance();
  const token = await old.issue();
  // Of five bytes, which anybody can guess.
  documents.stored.set('session/secret', { text: '{"format":1,"secret":"c2hvcnQ="}', version: 'x' });
  expect(damaged).toEqual([]);
  const renewed = await instance().issue();
  expect(damaged).toEqual(['session/secret']);
  expect(await old.isValid(renewed)).toBe(true);
  expect(await old.isValid(token)).toBe(false);
});
