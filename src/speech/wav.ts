import { EsegenError } from '../util/errors.ts';

/** Sampling rates that are read, in Hz. */
export type SampleRate = 8000 | 16000;

/** Mono sound. */
export interface Wav {
  readonly sampleRate: SampleRate;
  /** Sample values in [-32768, 32767]; may be empty. */
  readonly samples: Int16Array;
}

const ACCEPTED = 'Accepted are RIFF/WAVE files with 16-bit PCM samples, mono, at 8000 or 16000 Hz';

const FORMAT_PCM = 0x0001;
const FORMAT_EXTENSIBLE = 0xfffe;
/** Bytes 24 to 39 of an extensible `fmt ` chunk: KSDATAFORMAT_SUBTYPE_PCM. */
const PCM_GUID = '0100000000001000800000aa00389b71';

/**
 * Reads a WAV file (Microsoft/IBM "Multimedia Programming Interface and Data Specifications 1.0", 1991; the extensible
 * form from Microsoft's "Multiple Channel Audio Data and WAVE Files"). Chunks other than `fmt ` and `data` are skipped,
 * whatever follows the `data` chunk is not looked at.
 *
 * @param bytes the whole file
 * @param name what to call the file in error messages
 * @throws EsegenError if the file is not RIFF/WAVE, is cut short, or holds another encoding, channel count or rate
 */
export function readWav(bytes: Uint8Array, name: string): Wav {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || tagAt(bytes, 0) !== 'RIFF' || tagAt(bytes, 8) !== 'WAVE') {
    throw new EsegenError(name, 'not a RIFF/WAVE file', ACCEPTED);
  }
  let sampleRate: SampleRate | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const tag = tagAt(bytes, at);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    if ((tag === 'fmt ' || tag === 'data') && start + size > bytes.length) {
      const found = bytes.length - start;
      throw new EsegenError(name, `the '${tag}' chunk is cut short: ${size} bytes announced, ${found} found`, ACCEPTED);
    }
    if (tag === 'fmt ') {
      sampleRate = readFormat(view, start, size, name);
    } else if (tag === 'data') {
      if (sampleRate === undefined) {
        throw new EsegenError(name, "no 'fmt ' chunk before the 'data' chunk", ACCEPTED);
      }
      return { sampleRate, samples: readSamples(view, start, size, name) };
    }
    at = start + size + (size & 1);
  }
  throw new EsegenError(name, "no 'data' chunk", ACCEPTED);
}

/** Checks the `fmt ` chunk at `start` and returns its sampling rate. */
function readFormat(view: DataView, start: number, size: number, name: string): SampleRate {
  const refuse = (what: string): EsegenError => new EsegenError(name, what, ACCEPTED);
  if (size < 16) throw refuse(`the 'fmt ' chunk has ${size} bytes, expected at least 16`);
  const format = view.getUint16(start, true);
  const channels = view.getUint16(start + 2, true);
  const rate = view.getUint32(start + 4, true);
  const blockAlign = view.getUint16(start + 12, true);
  const bits = view.getUint16(start + 14, true);
  if (format === FORMAT_EXTENSIBLE) {
    if (size < 40) throw refuse(`the extensible 'fmt ' chunk has ${size} bytes, expected at least 40`);
    if (hexAt(view, start + 24, 16) !== PCM_GUID) throw refuse('an extensible format other than PCM');
    const validBits = view.getUint16(start + 18, true);
    if (validBits !== 16) throw refuse(`${validBits} valid bits per sample`);
  } else if (format !== FORMAT_PCM) {
    throw refuse(`format tag 0x${format.toString(16).padStart(4, '0')}, expected PCM (0x0001)`);
  }
  if (channels !== 1) throw refuse(`${channels} channels`);
  if (bits !== 16) throw refuse(`${bits} bits per sample`);
  if (blockAlign !== 2) throw refuse(`${blockAlign} bytes per sample, expected 2`);
  if (rate !== 8000 && rate !== 16000) throw refuse(`sampling rate ${rate} Hz`);
  return rate;
}

function readSamples(view: DataView, start: number, size: number, name: string): Int16Array {
  if (size % 2 !== 0) {
    throw new EsegenError(name, `the 'data' chunk has ${size} bytes, which is not a whole number of samples`, ACCEPTED);
  }
  const samples = new Int16Array(size / 2);
  for (let n = 0; n < samples.length; n++) samples[n] = view.getInt16(start + 2 * n, true);
  return samples;
}

function tagAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(bytes[at]!, bytes[at + 1]!, bytes[at + 2]!, bytes[at + 3]!);
}

function hexAt(view: DataView, at: number, length: number): string {
  let hex = '';
  for (let n = 0; n < length; n++) {
    hex += view
      .getUint8(at + n)
      .toString(16)
      .padStart(2, '0');
  }
  return hex;
}
