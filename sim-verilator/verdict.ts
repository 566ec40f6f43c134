import { EsegenError } from '../src/util/errors.ts';

/** Cycles without progress after which a run has stalled: far more than any frame's pipeline can be quiet. */
export const WATCHDOG = 20_000;

/** The bench ends with "@done"; anything else is the reason why it gave up. */
export function checkVerdict(log: string): void {
  if (/^@done /m.test(log)) return;
  const stalled = /^@stalled (.*)$/m.exec(log);
  if (stalled !== null) {
    throw new EsegenError('simulation', `the design made no progress for ${WATCHDOG} cycles, ${stalled[1]}`);
  }
  const error = /^@error (.*)$/m.exec(log);
  throw new EsegenError('simulation', error?.[1] ?? `ended without a verdict: ${log.trim().slice(-400)}`);
}
