import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach } from 'vitest';
import { PATIENCE_MS } from '../../../packages/local/test/support/patience.ts';
import { unpackChromium } from './unpack-chromium.ts';

export const DESKTOP = { width: 1280, height: 800 } as const;
export const PHONE = { width: 375, height: 740 } as const;

export interface TestBrowser {
  /**
   * A tab of its own, with nothing in store. When the test is over it is closed, and fails the test if it complained on
   * its console or asked any other origin than that of the address that it was opened at.
   */
  open(url: string, options?: OpenOptions): Promise<Page>;
}

export interface OpenOptions extends BrowserContextOptions {
  /** What is to be done before the first request. */
  readonly prepare?: (page: Page) => Promise<void>;
  /** Complaints that belong to the test. */
  readonly allow?: RegExp;
}

let browser: Browser | undefined;
const complaints: string[] = [];

afterEach(async () => {
  await Promise.all((browser?.contexts() ?? []).map(async (context) => await context.close()));
  const heard = complaints.splice(0);
  if (heard.length > 0) throw new Error(`the browser complained: ${heard.join('; ')}`);
});
afterAll(async () => await browser?.close());

/** One browser for the tests of a file; closed after them. */
export async function startBrowser(): Promise<TestBrowser> {
  const { executablePath, args, env } = await unpackChromium();
  const started = await chromium.launch({ executablePath, args: [...args], env });
  browser = started;
  return {
    async open(url, { prepare, allow, ...options } = {}) {
      const context = await started.newContext({
        viewport: DESKTOP,
        timezoneId: 'Europe/Berlin',
        locale: 'en-GB',
        ...options,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      const { origin } = new URL(url);
      const complain = (what: string): void => {
        if (allow?.test(what) !== true) complaints.push(what);
      };
      page.on('pageerror', ({ message }) => complain(`threw: ${message}`));
      page.on('console', (said) => {
        if (['error', 'warning'].includes(said.type())) complain(`${said.type()}: ${said.text()}`);
      });
      page.on('request', (request) => {
        const to = new URL(request.url());
        if (to.protocol !== 'data:' && to.origin !== origin) complain(`asked ${request.url()}`);
      });
      await prepare?.(page);
      await page.goto(url);
      return page;
    },
  };
}
