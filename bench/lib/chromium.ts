import { type Browser, chromium } from 'playwright-core';

/** Debian's Chromium, which scripts/setup.js installs with `--with chromium`. */
const CHROMIUM = '/usr/bin/chromium';

/** No sandbox, since tests may run as root; nothing that asks hosts of its own accord. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts a Chromium without a window. */
export async function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}
