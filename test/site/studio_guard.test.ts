import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StudioServer } from '../../src/site/studio/server.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

let folder: string;
let studio: StudioServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'esegen-studio-'));
  cpSync(join(ROOT, 'generated', 'sample'), join(folder, 'sample'), { recursive: true });
  writeFileSync(join(folder, 'config.json'), '{"array":{"lanes":2}}');
  writeFileSync(join(folder, 'notes.json'), '{}');
  writeFileSync(join(folder, '-net.onnx'), '');
  mkdirSync(join(folder, 'deep'));
  symlinkSync('/etc', join(folder, 'deep', 'outside'));
  studio = await StudioServer.start(folder);
});
afterAll(async () => {
  await studio.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Asked {
  readonly status: number;
  readonly text: string;
  readonly headers: NodeJS.Dict<string | string[]>;
}

/** Asks as no browser lets a page ask: any header. */
function ask(method: string, path: string, headers: Record<string, string>, body = ''): Promise<Asked> {
  return new Promise((done, failed) => {
    const asked = request({ host: '127.0.0.1', port: studio.port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => done({ status: response.statusCode!, text, headers: response.headers }));
    });
    asked.on('error', failed);
    asked.end(method === 'GET' ? '' : body);
  });
}

const host = () => `127.0.0.1:${studio.port}`;
const good = () => ({ Host: host(), Origin: `http://${host()}`, 'X-Esegen-Token': studio.token });

describe('who is let in', () => {
  test('the page, with its token in the address, and its requests, with the token in a header', async () => {
    const page = await ask('GET', `/?token=${studio.token}`, { Host: host() });
    expect(page.status).toBe(200);
    expect(page.text).toContain("connect-src 'self'");
    expect(page.headers['x-frame-options']).toBe('DENY');
    expect((await ask('GET', '/api/workspace', good())).status).toBe(200);
    expect(
      (
        await ask('GET', '/api/workspace', {
          ...good(),
          Host: `localhost:${studio.port}`,
          Origin: `http://localhost:${studio.port}`,
        })
      ).status,
    ).toBe(200);
  });

  test.each([
    ['a foreign origin', { Origin: 'https://example.org' }, 'foreign origin'],
    ['no page at all', { Origin: 'null' }, 'foreign origin'],
    ['another port of this machine', { Origin: 'http://127.0.0.1:1' }, 'foreign origin'],
    ['a foreign host, whose name leads here', { Host: 'rebound.example.org' }, 'foreign host'],
    ['this port of a foreign host', { Host: 'example.org:PORT' }, 'foreign host'],
    ['no token', { 'X-Esegen-Token': '' }, 'no token'],
    ['another token', { 'X-Esegen-Token': 'A'.repeat(32) }, 'no token'],
  ])('%s is refused, whatever else is right', async (_, wrong, why) => {
    const headers = Object.fromEntries(
      Object.entries({ ...good(), ...wrong }).map(([name, value]) => [
        name,
        value.replace('PORT', String(studio.port)),
      ]),
    );
    for (const [method, path] of [
      ['GET', '/'],
      ['GET', '/api/workspace'],
      ['GET', '/api/design?path=sample'],
      ['POST', '/api/simulate'],
      ['POST', '/api/cancel'],
    ] as const) {
      const { status, text } = await ask(method, path, headers, '{}');
      expect([status, text]).toEqual([403, `esegen studio: ${why}\n`]);
    }
  });

  test('a form of another page can send neither Origin nor token: no POST goes without both', async () => {
    const bare = await ask('POST', `/api/cancel?token=${studio.token}`, { Host: host() }, '{}');
    expect(bare.status).toBe(403);
    const named = await ask(
      'POST',
      `/api/cancel?token=${studio.token}`,
      { Host: host(), Origin: `http://${host()}` },
      '{}',
    );
    expect(named.status).toBe(403);
  });
});

describe('what may be asked', () => {
  test('designs, models and configs of the folder are found, and no links are followed', async () => {
    const { text } = await ask('GET', '/api/workspace', good());
    expect(JSON.parse(text)).toEqual({ designs: ['sample'], models: ['-net.onnx'], configs: ['config.json'] });
  });

  test('a design comes as data of the page', async () => {
    const { status, text } = await ask('GET', '/api/design?path=sample', good());
    expect(status).toBe(200);
    expect(JSON.parse(text).title).toBe('sample');
  });

  test.each([
    ['GET', '/api/design?path=../sample', ''],
    ['GET', '/api/design?path=deep/outside', ''],
    ['POST', '/api/simulate', '{"design":"/etc","frames":2}'],
    ['POST', '/api/simulate', '{"design":"sample","frames":"2; rm -rf /"}'],
    ['POST', '/api/simulate', '{"design":"sample","frames":1e9}'],
    ['POST', '/api/build', '{"model":"-net.onnx","config":"config.json","out":"../x"}'],
    ['POST', '/api/build', '{"model":"-net.onnx","config":"config.json","out":"--help"}'],
    ['POST', '/api/build', '{"model":"--help","config":"config.json","out":"x"}'],
    ['POST', '/api/build', 'no json'],
    ['POST', '/api/build', '{"out":"LONG"}'],
  ])('%s %s %s is one clear error, and nothing runs', async (method, path, body) => {
    const { status, text } = await ask(method, path, good(), body.replace('LONG', 'x'.repeat(70_000)));
    expect(status).toBe(400);
    expect(JSON.parse(text).error).toMatch(/^studio: .*(?:expected|at most)/);
    expect((await ask('GET', '/api/job', good())).text).toBe('null');
  });

  test('what there is not is not found, by whatever way', async () => {
    for (const path of ['/etc/passwd', '/../../etc/passwd', '/%2e%2e/config.json', '/config.json', '//etc/passwd']) {
      expect([path, (await ask('GET', path, good())).status]).toEqual([path, 404]);
    }
    expect((await ask('PUT', '/api/build', good(), '{}')).status).toBe(404);
  });

  test('an address that is none tells a stranger nothing', async () => {
    expect(await ask('GET', 'http://[', {})).toMatchObject({ status: 400, text: 'esegen studio: no address\n' });
  });

  test('a request of a megabyte has an answer, one that does not end has none, and the studio goes on', async () => {
    const { status, text } = await ask('POST', '/api/build', good(), ' '.repeat(2 ** 20));
    expect([status, JSON.parse(text).error]).toEqual([400, 'studio: a request has at most 65536 bytes']);
    await expect(ask('POST', '/api/build', good(), ' '.repeat(2 ** 24))).rejects.toThrow(/ECONNRESET|EPIPE|hang up/);
    expect((await ask('GET', '/api/workspace', good())).status).toBe(200);
  });

  test('two studios of one folder have ports and tokens of their own', async () => {
    const other = await StudioServer.start(folder);
    try {
      expect(other.port).not.toBe(studio.port);
      expect((await ask('GET', '/api/workspace', { ...good(), 'X-Esegen-Token': other.token })).status).toBe(403);
    } finally {
      await other.close();
    }
    expect((await ask('GET', '/api/workspace', good())).status).toBe(200);
  });
});
