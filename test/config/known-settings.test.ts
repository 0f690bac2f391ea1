import { describe, expect, it } from 'vitest';
import { describeUnknown, findUnknownSettings } from '../../src/config/known-settings.ts';
import { readAccountSettings, readSettings, refuseUnknown } from '../../src/config/settings.ts';
import { distance, nearest } from '../../src/model/nearest.ts';
import { SETTINGS_OUT_OF_REACH } from '../support/settings-out-of-reach.ts';

const find = (name: string) => findUnknownSettings({ [name]: 'x' })[0];

describe('a variable that is named like a setting', () => {
  it.each([
    ['BLOBMIRROR_DELETS', 'BLOBMIRROR_DELETES'],
    ['BLOBMIRROR_HISTORYS', 'BLOBMIRROR_HISTORY'],
    ['BLOBMIRROR_DELTEES', 'BLOBMIRROR_DELETES'],
    ['blobmirror_deletes', 'BLOBMIRROR_DELETES'],
    ['BLOBMIRROR_EXCLUDE_CONTAINER', 'BLOBMIRROR_EXCLUDE_CONTAINERS'],
    ['BLOBMIRROR_EXCLUDE_PATHES', 'BLOBMIRROR_EXCLUDE_PATHS'],
    ['BLOBMIRROR_ACLS', 'BLOBMIRROR_ACL'],
    ['BLOBMIRROR_STATE__blobServiceUrl', 'BLOBMIRROR_STATE__blobServiceUri'],
    ['BLOBMIRROR_SOURCE_blobServiceUri', 'BLOBMIRROR_SOURCE__blobServiceUri'],
    ['BLOBMIRROR_SOURCE:blobServiceUri', 'BLOBMIRROR_SOURCE__blobServiceUri'],
    ['BLOBMIROR_BACKUP', 'BLOBMIRROR_BACKUP'],
    ['BLOB_MIRROR_BACKUP', 'BLOBMIRROR_BACKUP'],
    ['BLOBMIRROR_EXCLUDE', undefined],
    ['BLOBMIRROR_HISTORY_OF_TREES', undefined],
    ['BLOBMIRROR_EXCLUDE_TAGGED_BLOBS', undefined],
  ])('%s is nearly a setting that protects data, %s, and stops the app', (name, known) => {
    expect(find(name)).toMatchObject({
      name,
      protects: true,
      ...(known !== undefined && { nearest: known }),
    });
    expect(() => readSettings({ ...SETTINGS_OUT_OF_REACH, [name]: 'x' })).toThrow('is not a setting');
    expect(() => readAccountSettings({ ...SETTINGS_OUT_OF_REACH, [name]: 'x' })).toThrow('is not a setting');
  });

  it.each([
    ['BLOBMIRROR_LOGLEVEL', 'BLOBMIRROR_LOG_LEVEL'],
    ['BLOBMIRROR_LOG_LEVLE', 'BLOBMIRROR_LOG_LEVEL'],
    ['BLOBMIRROR_RECONCILE_SHEDULE', 'BLOBMIRROR_RECONCILE_SCHEDULE'],
    ['BLOBMIRROR_SOURCE__keyVaultSecret', undefined],
    ['BLOBMIRROR_A_SETTING_OF_A_LATER_RELEASE', undefined],
  ])('%s is reported, and lets the app start', (name, known) => {
    const unknown = [{ name, nearest: known, protects: false }];
    expect(findUnknownSettings({ [name]: 'x' })).toEqual(unknown);
    expect(readSettings({ ...SETTINGS_OUT_OF_REACH, [name]: 'x' }).unknown).toEqual(unknown);
  });

  it.each([
    'BLOBMIRROR_SERVICE_BUS__credential',
    'BLOBMIRROR_SERVICE_HOST',
    'BLOBMIRROR_SERVICE_PORT_HTTP',
    'BLOBMIRROR_PORT_7071_TCP_ADDR',
    'BLOBMIRROR_WORKER_SERVICE_HOST',
    'BLOBMIRROR_WORKER_PORT_80_TCP',
    'APPSETTING_BLOBMIRROR_DELETS',
    'BLOB_CONTAINER',
    'MIRROR_NAME',
    'APPLICATIONINSIGHTS_CONNECTION_STRINGS',
  ])('%s belongs to another program', (name) => {
    expect(find(name)).toBeUndefined();
  });

  it('does not count while it is blank, or holds the address of a Service of Kubernetes', () => {
    expect(findUnknownSettings({ BLOBMIRROR_DELETS: ' ' })).toEqual([]);
    expect(findUnknownSettings({ BLOBMIRROR_PORT: 'tcp://10.0.0.1:7071' })).toEqual([]);
    expect(findUnknownSettings({ BLOBMIRROR_HTTP_PORT: '7071' })).toHaveLength(1);
  });

  it('stops a command with all of them on one line, and never with a value', () => {
    const env = { BLOBMIRROR_ZOO: 'a-value', BLOBMIRROR_DELETS: 'a-value', 'BLOBMIRROR_\u202E': 'a-value' };
    const line =
      'BLOBMIRROR_DELETS is not a setting of this release; did you mean BLOBMIRROR_DELETES?; BLOBMIRROR_ZOO is not a setting of this release; "BLOBMIRROR_\\u202e" is not a setting of this release';
    expect(findUnknownSettings(env).map(describeUnknown).join('; ')).toBe(line);
    expect(() => refuseUnknown(findUnknownSettings(env))).toThrow(
      expect.objectContaining({ code: 'setting-unknown', message: line }) as Error,
    );
  });
});

describe('the distance of two words', () => {
  it.each([
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['deletes', 'deltees', 1],
  ])('of %s and %s is %i', (one, other, edits) => {
    expect(distance(one, other)).toBe(edits);
    expect(distance(other, one)).toBe(edits);
  });

  it('makes a hint only where it is short', () => {
    expect(nearest('storage-rejectd', ['storage-rejected', 'queue-full'])).toBe('storage-rejected');
    expect(nearest('banana', ['storage-rejected', 'queue-full'])).toBeUndefined();
  });
});
