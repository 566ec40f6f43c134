import { programOfDesign } from '../../compiler/lower/program_of_design.ts';
import type { CalibrationSet } from '../../data/calibration_set.ts';
import { createFrames, type Frames, frameAt } from '../../data/frames.ts';
import type { CellObserver } from '../../golden/lstm_slot.ts';
import type { Saturation } from '../../golden/saturation.ts';
import { GoldenVoice } from '../../golden/voice.ts';
import type { Design } from '../../program/design.ts';
import { quantize } from '../../util/fixed.ts';

/**
 * Outputs of the golden model over a set, as reals, with the state reset at utterance borders: [T, P].
 *
 * @param observer is told every cell of every frame
 * @param onFrame is told the number of a frame behind its cells
 * @param saturation counts what saturates, in place of an observer
 */
export function goldenOutputs(
  design: Design,
  { frames, utteranceStarts }: CalibrationSet,
  observer: CellObserver | null = null,
  onFrame: (t: number) => void = () => {},
  saturation: Saturation | null = null,
): Frames {
  const { xFrac, yFrac, vectorBits } = design.formats;
  const golden = new GoldenVoice(programOfDesign(design), observer ?? saturation?.observe ?? null);
  saturation?.addInputs(frames.data);
  const starts = new Set(utteranceStarts);
  const unit = 2 ** -yFrac;
  const x = new Int16Array(frames.width);
  const result = createFrames(frames.frames, design.dimensions.outputs);
  for (let t = 0; t < frames.frames; t++) {
    if (starts.has(t)) golden.reset();
    const exact = frameAt(frames, t);
    for (let i = 0; i < x.length; i++) x[i] = quantize(exact[i]!, xFrac, vectorBits);
    const y = golden.step(x);
    saturation?.addOutputs(y);
    const row = frameAt(result, t);
    for (let n = 0; n < row.length; n++) row[n] = y[n]! * unit;
    onFrame(t);
  }
  return result;
}
