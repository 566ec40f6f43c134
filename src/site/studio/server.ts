import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PageData } from '../../report/report_data.ts';
import { EsegenError } from '../../util/errors.ts';
import { VERSION } from '../../util/version.ts';
import { builtReport } from '../built_report.ts';
import { pageBundle } from '../bundle.ts';
import type { Bundle } from '../bundle_page.ts';
import { pageHtml } from '../page_html.ts';
import { refusalOf } from './guard.ts';
import { Job } from './job.ts';
import { chosen, newName, readWorkspace } from './workspace.ts';

/** Bytes of a request at most. */
const MOST_BYTES = 65_536;
/** Bytes of a request after which it is cut off. */
const MOST_UNREAD = 64 * MOST_BYTES;
/** Frames of a simulation at most. */
const MOST_FRAMES = 1000;

const SAFE = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
};

/** The program that jobs run: that of a checkout or of a package. */
function programOf(): string {
  const path = fileURLToPath(import.meta.url);
  const root = path.endsWith('.ts') ? '../../../bin/esegen.js' : '../../../../bin/esegen.js';
  return fileURLToPath(new URL(root, import.meta.url));
}

/** A local server that shows the designs of a folder, and builds and simulates there. */
export class StudioServer {
  readonly #folder: string;
  readonly #bundle: Bundle;
  readonly #token = randomBytes(24).toString('base64url');
  readonly #server: Server;
  #job: Job | null = null;
  #jobs = 0;

  private constructor(folder: string, bundle: Bundle) {
    this.#folder = folder;
    this.#bundle = bundle;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => this.#fault(response, error));
    });
  }

  /**
   * Starts a server on loopback, on a port that is free.
   *
   * @param folder that is shown
   */
  static async start(folder: string): Promise<StudioServer> {
    const studio = new StudioServer(folder, await pageBundle());
    await new Promise<void>((done, failed) => {
      studio.#server.once('error', failed);
      studio.#server.listen(0, '127.0.0.1', done);
    });
    return studio;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get token(): string {
    return this.#token;
  }

  /** Address that opens it. */
  get url(): string {
    return `http://127.0.0.1:${this.port}/?token=${this.#token}`;
  }

  /** Ends the job and all that it started, then the server. */
  async close(): Promise<void> {
    await this.#job?.cancel();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', headers, url = '/' } = request;
    if (!URL.canParse(url, 'http://127.0.0.1')) {
      this.#send(response, 400, 'text/plain; charset=utf-8', 'esegen studio: no address\n');
      return;
    }
    const { pathname, searchParams } = new URL(url, 'http://127.0.0.1');
    const refusal = refusalOf({ method, headers, token: searchParams.get('token') }, this.port, this.#token);
    if (refusal !== null) {
      this.#send(response, 403, 'text/plain; charset=utf-8', `esegen studio: ${refusal}\n`);
      return;
    }
    const body = method === 'POST' ? await readBody(request) : {};
    const routes: Readonly<Record<string, () => unknown>> = {
      'GET /api/workspace': () => readWorkspace(this.#folder),
      'GET /api/design': () => {
        const { designs } = readWorkspace(this.#folder);
        return builtReport(join(this.#folder, chosen(searchParams.get('path'), designs, 'design')));
      },
      'GET /api/job': () => this.#job?.state(Number(searchParams.get('from')) || 0) ?? null,
      'POST /api/build': () => this.#build(body),
      'POST /api/simulate': () => this.#simulate(body),
      'POST /api/cancel': () => this.#cancel(),
    };
    if (method === 'GET' && pathname === '/') {
      this.#send(response, 200, 'text/html; charset=utf-8', this.#page());
      return;
    }
    const route = routes[`${method} ${pathname}`];
    if (route === undefined) this.#send(response, 404, 'text/plain; charset=utf-8', 'esegen studio: no such page\n');
    else this.#json(response, 200, await route());
  }

  #page(): string {
    const studio = { folder: basename(this.#folder), token: this.#token };
    const data: PageData = { version: VERSION, designs: [], studio };
    return pageHtml(`${studio.folder} – esegen studio`, data, this.#bundle, "'self'");
  }

  #build({ model, config, out }: Body): object {
    const { models, configs } = readWorkspace(this.#folder);
    const path = asArgument(chosen(model, models, 'model'));
    const settings = asArgument(chosen(config, configs, 'config'));
    return this.#run(['build', path, '--config', settings, '--out', newName(out)]);
  }

  #simulate({ design, frames }: Body): object {
    const { designs } = readWorkspace(this.#folder);
    const path = asArgument(chosen(design, designs, 'design'));
    if (typeof frames !== 'number' || !Number.isInteger(frames) || frames < 1 || frames > MOST_FRAMES) {
      throw new EsegenError('studio', `frames: expected 1 to ${MOST_FRAMES}, got ${String(frames)}`);
    }
    return this.#run(['simulate', path, '--frames', String(frames)]);
  }

  #run(args: readonly string[]): object {
    if (this.#job?.running) throw new EsegenError('studio', 'another job is running', 'Cancel it or wait');
    this.#job = new Job(++this.#jobs, programOf(), args, this.#folder);
    return this.#job.state(0);
  }

  async #cancel(): Promise<object | null> {
    await this.#job?.cancel();
    return this.#job?.state(0) ?? null;
  }

  #json(response: ServerResponse, status: number, value: unknown): void {
    this.#send(response, status, 'application/json', JSON.stringify(value));
  }

  #fault(response: ServerResponse, error: unknown): void {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const own = error instanceof EsegenError;
    const message = error instanceof Error ? error.message : String(error);
    this.#json(response, own ? 400 : 500, { error: own ? message : `internal error: ${message}` });
  }

  #send(response: ServerResponse, status: number, type: string, content: string): void {
    response.writeHead(status, { ...SAFE, 'Content-Type': type });
    response.end(content);
  }
}

type Body = Readonly<Record<string, unknown>>;

/** A path that begins with a hyphen is no option. */
function asArgument(path: string): string {
  return path.startsWith('-') ? `./${path}` : path;
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // What is too much is read to its end and forgotten: a connection that is cut has no answer.
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= MOST_BYTES) chunks.push(chunk);
    if (bytes > MOST_UNREAD) request.destroy();
  }
  if (bytes > MOST_BYTES) throw new EsegenError('studio', `a request has at most ${MOST_BYTES} bytes`);
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}');
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Said below.
  }
  throw new EsegenError('studio', 'expected a JSON object');
}
