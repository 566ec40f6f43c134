import { createHash } from 'node:crypto';
import type { PageData } from '../report/report_data.ts';
import type { Bundle } from './bundle_page.ts';

/** JSON that can stand in a script element, whatever its texts: no `<`, and no line ends that JavaScript knows and JSON does not. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

/** Text between tags. */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function hashOf(script: string): string {
  return `'sha256-${createHash('sha256').update(script).digest('base64')}'`;
}

/**
 * A page in one file. Its policy allows its own program only, and no request at all; charts set styles of their elements, which no other directive
 * allows.
 *
 * @param connect what the page may speak to: nothing, or the server that it came from
 */
export function pageHtml(
  title: string,
  data: PageData,
  { script, worker, style }: Bundle,
  connect: "'none'" | "'self'",
): string {
  if (/<\/(?:script|style)/i.test(script + worker) || /<\/style/i.test(style))
    throw new Error('the bundle of the page ends its own element');
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(script)}`,
    "style-src 'unsafe-inline'",
    'img-src data: blob:',
    'worker-src blob:',
    `connect-src ${connect}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    '<link rel="icon" href="data:,">',
    `<title>${escapeText(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<noscript>This page draws its charts with JavaScript.</noscript>',
    `<script type="application/json" id="data">${scriptJson(data)}</script>`,
    // The worker is only there where the page has a use for it.
    ...(data.model === undefined ? [] : [`<script type="text/plain" id="worker">${worker}</script>`]),
    `<script type="module">${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}
