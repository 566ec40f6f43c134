import { type ModulePlan, modulePlan } from './module_plan.ts';

/** A memory port that is read in bursts: bits of a beat, beats of a burst and at most under way, bits of a beat's number. */
interface ReadPort {
  readonly busBits: number;
  readonly burstBeats: number;
  readonly outstandingBeats: number;
  readonly beatBits: number;
}

/** AXI4 read master of runs of beats. */
export function burstReader({ busBits, burstBeats, outstandingBeats, beatBits }: ReadPort): ModulePlan {
  return modulePlan('burst_reader', { busBits, burstBeats, outstandingBeats, beatWidth: beatBits });
}
