// What a proof consists of.

/** A property: outputs `bad_<name>` (never 1) and `seen_<name>` (can be 1: the case is not vacuous) of the formal top. */
export interface Property {
  readonly name: string;
  /** Text of the module that stands there once, and what breaks the property in its place. */
  readonly broken: readonly [string, string];
  /** Cycles that are searched; without it the proof has no bound. */
  readonly depth?: number;
}

/** A formal top with parameters. */
export interface Proof {
  readonly title: string;
  /** formal/<top>.v, module formal_<top>. */
  readonly top: string;
  /** Emitted module under proof; broken copies are made of it. */
  readonly module: string;
  /** Emitted modules that it needs. */
  readonly needs?: readonly string[];
  /** Changes before all, by module: contents of a memory left open, inner wires made ports. */
  readonly changes?: Readonly<Record<string, readonly (readonly [string, string])[]>>;
  readonly parameters: Readonly<Record<string, number>>;
  readonly properties: readonly Property[];
  /** Whether the quick tests run it too. */
  readonly quick?: boolean;
}
