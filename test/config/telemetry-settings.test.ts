import { describe, expect, it } from 'vitest';
import { readTelemetrySettings } from '../../src/config/telemetry-settings.ts';

const KEY = 'InstrumentationKey=00000000-1111-2222-3333-444444444444';
const CONNECTION = `${KEY};IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/;LiveEndpoint=https://westeurope.livediagnostics.monitor.azure.com/`;

function read(connectionString: string, authentication?: string) {
  return readTelemetrySettings({
    APPLICATIONINSIGHTS_CONNECTION_STRING: connectionString,
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: authentication,
  });
}

describe('the settings of telemetry', () => {
  it.each([undefined, '', '  '])('send nothing anywhere when there is no connection string (%j)', (value) => {
    expect(readTelemetrySettings({ APPLICATIONINSIGHTS_CONNECTION_STRING: value })).toEqual({
      monitor: undefined,
    });
  });

  it.each([KEY, CONNECTION])('take %s', (connectionString) => {
    expect(read(connectionString)).toEqual({ monitor: { connectionString, identity: undefined } });
  });

  it.each([
    ['Authorization=AAD', { clientId: undefined }],
    [
      'ClientId=55555555-1111-2222-3333-444444444444;Authorization=AAD',
      { clientId: '55555555-1111-2222-3333-444444444444' },
    ],
    ['', undefined],
  ])('take an identity from %j', (authentication, identity) => {
    expect(read(CONNECTION, authentication)).toMatchObject({ monitor: { identity } });
  });

  it.each([
    'westeurope',
    'InstrumentationKey=secret-1',
    'IngestionEndpoint=https://x.applicationinsights.azure.com/',
    `${KEY};IngestionEndpoint=nowhere`,
    `${KEY};IngestionEndpoint=http://127.0.0.1:1/`,
  ])('refuse %s with one line that names the setting and tells nothing of its value', (connectionString) => {
    expect(() => read(connectionString)).toThrow(
      expect.objectContaining({
        code: 'setting-invalid',
        message: expect.stringMatching(
          /^APPLICATIONINSIGHTS_CONNECTION_STRING is not a connection string of Application Insights; it should be like [^\n]*$/,
        ) as string,
      }),
    );
    expect(() => read(connectionString)).not.toThrow(/secret-1|127\.0\.0\.1/);
  });
});
