import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readWav } from '../../src/speech/wav.ts';
import { EsegenError } from '../../src/util/errors.ts';
import { chunk, riff, text, u16, u32, wavBytes } from './wav_bytes.ts';

const PCM_GUID = [0x01, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
const ACCEPTED = 'Accepted are RIFF/WAVE files with 16-bit PCM samples, mono, at 8000 or 16000 Hz';

function extension(validBits: number, guid: readonly number[]): number[] {
  return [...u16(22), ...u16(validBits), ...u32(4), ...guid];
}

describe('readWav', () => {
  it.each([8000, 16000])('reads 16-bit mono at %d Hz', (rate) => {
    const wav = readWav(wavBytes({ rate, samples: [0, 1, -1, 32767, -32768] }), 'a.wav');
    expect(wav).toEqual({ sampleRate: rate, samples: Int16Array.of(0, 1, -1, 32767, -32768) });
  });

  it('reads from a view that starts at an odd byte', () => {
    const bytes = wavBytes({ samples: [258] });
    const shifted = new Uint8Array(bytes.length + 1);
    shifted.set(bytes, 1);
    expect(readWav(shifted.subarray(1), 'a.wav').samples).toEqual(Int16Array.of(258));
  });

  it('skips other chunks, odd lengths included, and what follows the data', () => {
    const before = [...chunk('LIST', text('INFOabc')), ...chunk('fact', u32(2))];
    const bytes = wavBytes({ samples: [7, 8], before, after: [...text('LIST'), ...u32(1000), 1] });
    expect(readWav(bytes, 'a.wav').samples).toEqual(Int16Array.of(7, 8));
  });

  it('accepts a fmt chunk with an empty extension and extensible PCM', () => {
    expect(readWav(wavBytes({ samples: [5], formatExtension: u16(0) }), 'a.wav').samples).toEqual(Int16Array.of(5));
    const bytes = wavBytes({ format: 0xfffe, samples: [5], formatExtension: extension(16, PCM_GUID) });
    expect(readWav(bytes, 'a.wav').samples).toEqual(Int16Array.of(5));
  });

  it('reads a file without samples', () => {
    expect(readWav(wavBytes(), 'a.wav').samples).toHaveLength(0);
  });

  const float = [0x03, ...PCM_GUID.slice(1)];
  const refused: [string, Uint8Array, string][] = [
    ['an empty file', new Uint8Array(0), 'not a RIFF/WAVE file'],
    ['text', Uint8Array.from(text('This is no sound at all.')), 'not a RIFF/WAVE file'],
    ['big-endian RIFX', Uint8Array.from([...text('RIFX'), ...wavBytes().subarray(4)]), 'not a RIFF/WAVE file'],
    ['another RIFF form', Uint8Array.from([...text('RIFF'), ...u32(4), ...text('AVI ')]), 'not a RIFF/WAVE file'],
    ['no chunks', riff([]), "no 'data' chunk"],
    ['no data', riff(chunk('LIST', [1, 2])), "no 'data' chunk"],
    ['data before fmt', riff(chunk('data', [1, 2])), "no 'fmt ' chunk before the 'data' chunk"],
    ['a short fmt', riff(chunk('fmt ', [1, 0])), "the 'fmt ' chunk has 2 bytes, expected at least 16"],
    ['stereo', wavBytes({ channels: 2 }), '2 channels'],
    ['no channel', wavBytes({ channels: 0, blockAlign: 2 }), '0 channels'],
    ['8 bits', wavBytes({ bits: 8 }), '8 bits per sample'],
    ['24 bits', wavBytes({ bits: 24 }), '24 bits per sample'],
    ['padded samples', wavBytes({ blockAlign: 4 }), '4 bytes per sample, expected 2'],
    ['44.1 kHz', wavBytes({ rate: 44100 }), 'sampling rate 44100 Hz'],
    ['a rate of 0', wavBytes({ rate: 0 }), 'sampling rate 0 Hz'],
    ['float samples', wavBytes({ format: 3 }), 'format tag 0x0003, expected PCM (0x0001)'],
    ['mu-law', wavBytes({ format: 7 }), 'format tag 0x0007, expected PCM (0x0001)'],
    [
      'extensible without extension',
      wavBytes({ format: 0xfffe }),
      "the extensible 'fmt ' chunk has 16 bytes, expected at least 40",
    ],
    [
      'extensible float',
      wavBytes({ format: 0xfffe, formatExtension: extension(16, float) }),
      'an extensible format other than PCM',
    ],
    [
      'extensible with 12 bits',
      wavBytes({ format: 0xfffe, formatExtension: extension(12, PCM_GUID) }),
      '12 valid bits per sample',
    ],
    [
      'truncated data',
      wavBytes({ samples: [1, 2, 3] }).subarray(0, -1),
      "the 'data' chunk is cut short: 6 bytes announced, 5 found",
    ],
    [
      'a truncated fmt chunk',
      wavBytes().subarray(0, 30),
      "the 'fmt ' chunk is cut short: 16 bytes announced, 10 found",
    ],
    [
      'half a sample',
      Uint8Array.from([...wavBytes().subarray(0, 36), ...chunk('data', [1, 2, 3])]),
      "the 'data' chunk has 3 bytes, which is not a whole number of samples",
    ],
    [
      'an announced 4 GiB, as streaming writers leave it',
      Uint8Array.from([...wavBytes().subarray(0, 36), ...text('data'), ...u32(0xffffffff), 1, 2]),
      "the 'data' chunk is cut short: 4294967295 bytes announced, 2 found",
    ],
  ];
  it.each(refused)('refuses %s', (_, bytes, what) => {
    expect(() => readWav(bytes, 'a.wav')).toThrow(new EsegenError('a.wav', what, ACCEPTED));
  });

  it('refuses every cut of a file', () => {
    const bytes = wavBytes({ samples: [1, 2, 3], before: chunk('LIST', [1, 2, 3]) });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => readWav(bytes.subarray(0, length), 'a.wav'), `${length} bytes`).toThrow(EsegenError);
    }
  });

  it('reads or refuses any damaged file with an EsegenError', () => {
    const bytes = wavBytes({ samples: [1, 2, 3], before: chunk('LIST', [1, 2, 3]) });
    const damage = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(damage, (changes) => {
        const damaged = bytes.slice();
        for (const [at, value] of changes) damaged[at] = value;
        try {
          expect(readWav(damaged, 'a.wav').samples.length).toBeLessThanOrEqual(bytes.length / 2);
        } catch (error) {
          if (!(error instanceof EsegenError)) throw error;
        }
      }),
    );
  });
});
