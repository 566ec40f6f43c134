import { type SequenceStream, WRITES_OUTSTANDING, waitingLines } from '../../machine/sequence_stream.ts';
import type { MemoryRate } from '../word_supply.ts';
import { BEAT, MOST_CREDIT, QUEUE } from './external_memory.ts';
import { WordQueue } from './word_walk.ts';

/** A word for the sequence memory: line in which its frame begins, and whether it is the last of it. */
export interface SequenceWord {
  readonly first: number;
  readonly last: boolean;
}

/** Answers that the memory holds back at most. */
const ANSWERS = 64;

/** Twin of the write channels of axi_sequence. */
class WriteMemoryTwin {
  /** It takes an address; a beat; it answers a burst. */
  addressReady = false;
  answer = false;
  readonly #latency: number;
  readonly #rate: number;
  readonly #bursts: number[] = [];
  readonly #answers: number[] = [];
  #written = 0;
  #credit = BEAT;
  #now = 0;

  constructor({ latency, bandwidth }: MemoryRate) {
    this.#latency = latency;
    this.#rate = Math.round(bandwidth * BEAT);
  }

  get beatReady(): boolean {
    return this.#bursts.length > 0 && this.#answers.length < ANSWERS - 1 && this.#credit >= BEAT;
  }

  /**
   * @param burst beats of the burst whose address is at the port, null: none
   * @param beat whether a beat is at the port
   */
  tick(burst: number | null, beat: boolean): void {
    const taken = beat && this.beatReady;
    const pushes = burst !== null && this.addressReady;
    const due = this.#answers[0];
    this.answer = due !== undefined && this.#now >= due;
    if (this.answer) this.#answers.shift();
    this.addressReady = this.#bursts.length < QUEUE - 2;
    this.#credit = taken ? this.#credit - BEAT + this.#rate : Math.min(this.#credit + this.#rate, MOST_CREDIT);
    if (taken) {
      this.#written++;
      if (this.#written === this.#bursts[0]) {
        this.#bursts.shift();
        this.#written = 0;
        this.#answers.push(this.#now + this.#latency - 1);
      }
    }
    if (pushes) this.#bursts.push(burst);
    this.#now++;
  }
}

/** Twin of sequence_writer, with a memory that always takes and answers at its rate. */
export class SequenceWriterTwin {
  /** All that was written can be read. */
  written = false;
  readonly #stream: SequenceStream;
  readonly #memory: WriteMemoryTwin;
  readonly #queue = new WordQueue<SequenceWord>();
  /** Lines that are complete and not sent; those in the memory of the writer, by whether they end a burst. */
  #claimed = 0;
  readonly #lines: boolean[] = [];
  #first = true;
  #line = 0;
  #place = 0;
  #count = 0;
  /** The line that is on its way in: whether it ends a burst, and lines of that. */
  #in: { readonly ends: boolean; readonly lines: number } | null = null;
  /** Lines of the bursts that are not offered; of the one at the port. */
  readonly #bursts: number[] = [];
  #offered: number | null = null;
  #owed = 0;
  #underWay = 0;
  #part = 0;

  constructor(stream: SequenceStream, rate: MemoryRate) {
    this.#stream = stream;
    this.#memory = new WriteMemoryTwin(rate);
  }

  get room(): boolean {
    return this.#queue.room;
  }

  /** @param word what STORE writes */
  tick(word: SequenceWord | null): void {
    const { lineWords, lineBeats, burstLines } = this.#stream;
    const head = this.#queue.head;
    const take = head !== undefined && this.#claimed < waitingLines(this.#stream);
    const line = this.#first ? (head?.first ?? 0) : this.#line;
    const lineEnds = take && (lineWords === 1 || head.last || this.#place === lineWords - 1);
    const burstEnds = lineEnds && (head.last || line % burstLines === burstLines - 1);

    const { addressReady, beatReady, answer } = this.#memory;
    const next = this.#bursts[0];
    const offers =
      next !== undefined && this.#underWay < WRITES_OUTSTANDING && (this.#offered === null || addressReady);
    const beatSent = this.#owed > 0 && beatReady;
    const lineSent = beatSent && this.#part === lineBeats - 1;
    const burstSent = lineSent && this.#lines[0] === true;
    this.#memory.tick(this.#offered === null ? null : this.#offered * lineBeats, this.#owed > 0);

    this.written = word === null && head === undefined && this.#claimed === 0 && this.#underWay === 0;
    this.#claimed += Number(lineEnds) - Number(lineSent);
    this.#owed += Number(offers) - Number(burstSent);
    this.#underWay += Number(offers) - Number(answer);
    if (beatSent) this.#part = lineSent ? 0 : this.#part + 1;
    if (lineSent) this.#lines.shift();
    if (offers) this.#offered = this.#bursts.shift()!;
    else if (addressReady) this.#offered = null;
    if (this.#in !== null) {
      this.#lines.push(this.#in.ends);
      if (this.#in.ends) this.#bursts.push(this.#in.lines);
    }
    this.#in = lineEnds ? { ends: burstEnds, lines: this.#count + 1 } : null;
    if (take) {
      this.#first = head.last;
      this.#line = line + Number(lineEnds);
      this.#place = lineEnds ? 0 : this.#place + 1;
      if (lineEnds) this.#count = burstEnds ? 0 : this.#count + 1;
    }
    this.#queue.tick(word, take);
  }
}
