import { EsegenError } from '../../../util/errors.ts';
import { quoteName } from '../../../util/quote_name.ts';
import type { ModelFile } from '../model_file.ts';

/** Bytes read at once. */
const CHUNK = 1 << 16;

/** Longest token, in bytes. */
const TOKEN_LIMIT = 64;

const NEWLINE = 0x0a;
const SPACE = 0x20;
const DAMAGED = 'The file is damaged or not a Kaldi nnet1 model as text; write it again with nnet-copy --binary=false';

/** Splits a Kaldi text file into tokens, chunk by chunk: `<Word>`, numbers, and brackets, with white space between them. */
export class KaldiLexer {
  readonly #file: ModelFile;
  #chunk: Buffer = Buffer.alloc(0);
  /** Position of the chunk in the file, and of the next byte in the chunk. */
  #chunkAt = 0;
  #at = 0;
  #peeked: string | null = null;

  /** @param where file name for messages */
  constructor(
    readonly where: string,
    file: ModelFile,
  ) {
    this.#file = file;
  }

  /** The next token, left in place; '' at the end of the file. */
  peek(): string {
    this.#peeked ??= this.#read();
    return this.#peeked;
  }

  /** The next token; '' at the end of the file. */
  next(): string {
    const token = this.peek();
    this.#peeked = null;
    return token;
  }

  /** @throws EsegenError where the next token is another one */
  expect(token: string): void {
    const got = this.next();
    if (got !== token) throw this.unexpected(token, got);
  }

  /** @throws EsegenError where the next token is no finite number */
  number(what: string): number {
    const token = this.next();
    const value = Number(token);
    if (token === '' || !Number.isFinite(value))
      throw this.error(`expected a number as ${what}, got ${describe(token)}`);
    return value;
  }

  /**
   * A matrix `[`, one line a row, `]`, or with one row a vector; in single precision as Kaldi computes.
   *
   * @returns row-major values
   * @throws EsegenError where it has another shape
   */
  matrix(what: string, rows: number, columns: number): Float32Array {
    this.expect('[');
    // A value takes at least two bytes: nothing is allocated for more of them than the file can hold.
    if (2 * rows * columns > this.#file.size) {
      throw this.error(`the file is too short for ${what} [${rows}, ${columns}]`);
    }
    const values = new Float32Array(rows * columns);
    let count = 0;
    let lineStart = 0;
    for (;;) {
      const sawNewline = this.#skipSpace();
      const endsRow = this.peek() === ']' || sawNewline;
      if (endsRow && count > lineStart) {
        if (count - lineStart !== columns) {
          throw this.error(`expected rows of ${columns} values in ${what}, got ${count - lineStart}`);
        }
        lineStart = count;
      }
      if (this.peek() === ']') break;
      if (count === values.length) throw this.error(`expected ${what} [${rows}, ${columns}], got more values`);
      const value = Math.fround(this.number(`a value of ${what}`));
      if (!Number.isFinite(value)) throw this.error(`value ${count} of ${what} is beyond single precision`);
      values[count++] = value;
    }
    this.next();
    if (count !== values.length) {
      throw this.error(`expected ${rows * columns} values in ${what} [${rows}, ${columns}], got ${count}`);
    }
    return values;
  }

  /** Another token than the one expected. */
  unexpected(what: string, got: string): EsegenError {
    return this.error(`expected ${what}, got ${describe(got)}`);
  }

  error(what: string): EsegenError {
    return new EsegenError(`${this.where}: byte ${this.#chunkAt + this.#at}`, what, DAMAGED);
  }

  #read(): string {
    this.#skipSpace();
    const first = this.#byte();
    if (isBracket(first)) {
      this.#at++;
      return String.fromCharCode(first);
    }
    let token = '';
    while (isWord(this.#byte())) {
      const stop = Math.min(this.#chunk.length, this.#at + TOKEN_LIMIT + 1);
      let end = this.#at + 1;
      while (end < stop && isWord(this.#chunk[end]!)) end++;
      token += this.#chunk.toString('latin1', this.#at, end);
      this.#at = end;
      if (token.length > TOKEN_LIMIT) throw this.error(`expected a word or a number, got ${describe(token)}…`);
    }
    return token;
  }

  /** @returns whether a line ended */
  #skipSpace(): boolean {
    let newline = false;
    if (this.#peeked !== null) return newline;
    for (let byte = this.#byte(); byte >= 0 && byte <= SPACE; byte = this.#byte()) {
      if (byte === NEWLINE) newline = true;
      this.#at++;
    }
    return newline;
  }

  /** The next byte, left in place; -1 at the end of the file. */
  #byte(): number {
    if (this.#at === this.#chunk.length) {
      this.#chunkAt += this.#chunk.length;
      const end = Math.min(this.#chunkAt + CHUNK, this.#file.size);
      this.#chunk = Buffer.from(this.#file.read(this.#chunkAt, end));
      this.#at = 0;
      if (this.#chunk.length === 0) return -1;
    }
    return this.#chunk[this.#at]!;
  }
}

function isWord(byte: number): boolean {
  return byte > SPACE && !isBracket(byte);
}

function isBracket(byte: number): boolean {
  return byte === 0x5b || byte === 0x5d;
}

function describe(token: string): string {
  return token === '' ? 'the end of the file' : quoteName(token);
}
