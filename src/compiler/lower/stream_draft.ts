import {
  type CellInstruction,
  type Chain,
  type Counter,
  type Instruction,
  type LoadInstruction,
  type LoopInstruction,
  MAX_TOKENS,
  type MacInstruction,
  SEMAPHORE_MAX,
  type Semaphore,
  type StoreInstruction,
  type Token,
  turnOf,
} from '../../program/instruction.ts';

/** A happening of a step: the n-th post of a semaphore in it. */
export interface Happening {
  readonly semaphore: Semaphore;
}

/** What an instruction needs before it may run: a happening of this step, or of so many steps before. */
export interface Need {
  readonly happening: Happening;
  readonly stepsBefore: number;
}

type Work =
  | Omit<LoadInstruction, 'waits' | 'posts'>
  | Omit<StoreInstruction, 'waits' | 'posts'>
  | Omit<MacInstruction, 'waits' | 'posts' | 'chain'>
  | Omit<CellInstruction, 'waits' | 'posts'>;

/** An instruction on its way into a stream. */
export interface Draft {
  readonly work: Work | { readonly op: 'sync' } | { readonly op: 'end' } | LoopInstruction;
  readonly needs: readonly Need[];
  readonly happens: readonly Happening[];
  waits: Token[];
  posts: Token[];
}

/** Instructions of a stream for a step of a stage, whose semaphores are counted when all of them are known. */
export class StreamDraft {
  readonly drafts: Draft[] = [];

  #push(work: Draft['work'], needs: readonly Need[] = [], happens: readonly Happening[] = []): Draft {
    const draft = { work, needs, happens, waits: [], posts: [] };
    this.drafts.push(draft);
    return draft;
  }

  /** What follows waits for a happening; `stepsBefore` 1 is that of the step before. */
  need(happening: Happening, stepsBefore = 0): void {
    this.#push({ op: 'sync' }, [{ happening, stepsBefore }]);
  }

  /** What stands before is done: a happening. */
  happen(happening: Happening): void {
    this.#push({ op: 'sync' }, [], [happening]);
  }

  /** An instruction with semaphores of its own. */
  work(work: Work, waits: Token[] = [], posts: Token[] = [], needs: readonly Need[] = []): void {
    const draft = this.#push(work, needs);
    draft.waits = waits;
    draft.posts = posts;
  }

  /** An instruction in front of the draft with a number, with what it needs and what happens with it. Returns its draft. */
  insert(at: number, work: Work, needs: readonly Need[], happens: readonly Happening[]): Draft {
    const draft: Draft = { work, needs, happens, waits: [], posts: [] };
    this.drafts.splice(at, 0, draft);
    return draft;
  }

  /** Puts the work of another draft ahead of its step, in front of the draft with a number: with the waits and posts that are counted for the other. */
  insertAhead(at: number, work: Work, other: Draft): void {
    this.drafts.splice(at, 0, { ...other, work, needs: [], happens: [] });
  }

  /** Repeats what `body` adds; a single round needs no loop. */
  loop(counter: Counter, rounds: number, body: () => void): void {
    if (rounds > 1) this.#push({ op: 'loop', counter, rounds });
    body();
    if (rounds > 1) this.#push({ op: 'end' });
  }
}

/**
 * Counts the posts and waits of a semaphore over a step of a stage. Happenings that nobody needs are not posted. What is needed
 * only in a later step crosses its end.
 *
 * @returns tokens that cross from a step to the next: the poster puts them there before the first, the waiter takes them
 *   after the last
 */
export function countTokens(semaphore: Semaphore, poster: StreamDraft, waiter: StreamDraft): number {
  const needed = new Set(waiter.drafts.flatMap(({ needs }) => needs.map(({ happening }) => happening)));
  const numbers = new Map<Happening, number>();
  for (const draft of poster.drafts) {
    for (const happening of draft.happens) {
      if (happening.semaphore !== semaphore || !needed.has(happening)) continue;
      numbers.set(happening, numbers.size);
      draft.posts.push({ semaphore, count: 1 });
    }
  }
  const count = numbers.size;
  const levelOf = ({ happening, stepsBefore }: Need) => numbers.get(happening)! - stepsBefore * count + 1;
  const needs = waiter.drafts.flatMap((draft) =>
    draft.needs.filter(({ happening }) => happening.semaphore === semaphore).map((need) => ({ draft, need })),
  );
  if (needs.length === 0) return 0;
  let taken = Math.max(...needs.map(({ need }) => levelOf(need))) - count;
  const carried = -taken;
  for (const { draft, need } of needs) {
    const level = levelOf(need);
    if (level <= taken) continue;
    draft.waits.push({ semaphore, count: level - taken });
    taken = level;
  }
  return carried;
}

/** Tokens of a count, as many as it takes where one post or wait cannot have them all. */
export function tokensOf(semaphore: Semaphore, count: number): Token[] {
  if (count <= 0) return [];
  return [{ semaphore, count: Math.min(count, SEMAPHORE_MAX) }, ...tokensOf(semaphore, count - SEMAPHORE_MAX)];
}

/** Tokens with those of one semaphore together: an instruction names each once. */
function joined(tokens: readonly Token[]): Token[] {
  const counts = new Map<Semaphore, number>();
  for (const { semaphore, count } of tokens) counts.set(semaphore, (counts.get(semaphore) ?? 0) + count);
  return [...counts].map(([semaphore, count]) => ({ semaphore, count }));
}

function isOfTile({ semaphore }: Token): boolean {
  return semaphore.startsWith('tile');
}

/**
 * What the columns of a product follow. One that waits for nothing itself may follow a chained product in its tile, and read further than that.
 *
 * @param waits those that stand with the product
 */
function chainOf(needs: readonly Need[], waits: readonly Token[]): Chain {
  const waitsFor = (semaphore: Semaphore) => waits.some((token) => token.semaphore === semaphore);
  const follows = (own: Semaphore) =>
    needs.some(
      ({ happening: { semaphore }, stepsBefore }) => semaphore === own && (own === 'copied' || stepsBefore === 0),
    );
  if (waitsFor('copied') || follows('copied')) return 'copied';
  return waitsFor('ready') || follows('ready') ? 'ready' : 'none';
}

/** Instructions of a draft: waits and posts stand with the work beside them, where that has room. */
export function instructionsOf({ drafts }: StreamDraft): Instruction[] {
  const out: Instruction[] = [];
  let waits: Token[] = [];
  const flush = () => {
    while (waits.length > 0) out.push({ op: 'sync', waits: waits.splice(0, MAX_TOKENS), posts: [] });
  };
  for (const { work, needs, waits: own, posts } of drafts) {
    // What may be left out does not wait for others.
    if (work.op === 'loop' || work.op === 'end' || (work.op === 'store' && turnOf(work) !== 'always')) {
      flush();
      if (work.op !== 'store') {
        out.push(work);
        continue;
      }
    }
    waits = joined([...waits, ...own]);
    if (work.op !== 'sync') {
      // A tile is that of the work, which a sync does not have.
      waits.sort((a, b) => Number(isOfTile(a)) - Number(isOfTile(b)));
      while (waits.length > MAX_TOKENS) out.push({ op: 'sync', waits: waits.splice(0, MAX_TOKENS), posts: [] });
      const synchronized = { ...work, waits, posts: [] };
      out.push(synchronized.op === 'mac' ? { ...synchronized, chain: chainOf(needs, waits) } : synchronized);
      waits = [];
    }
    if (posts.length === 0) continue;
    flush();
    const rest = joined(posts);
    const last = out.at(-1);
    // Spectra that are sometimes made post what happens with them; else nothing that is posted depends on it.
    const others = last !== undefined && turnOf(last) !== 'always' && work.op !== 'store';
    if (last !== undefined && last.op !== 'loop' && last.op !== 'end' && !others) {
      const own = joined([...last.posts, ...rest]);
      rest.length = 0;
      rest.push(...own.splice(MAX_TOKENS));
      out[out.length - 1] = { ...last, posts: own };
    }
    while (rest.length > 0) out.push({ op: 'sync', waits: [], posts: rest.splice(0, MAX_TOKENS) });
  }
  flush();
  return out;
}
