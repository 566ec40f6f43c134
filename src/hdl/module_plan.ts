/** Values that a template prints. */
export type PlanValue = string | number | boolean | readonly Readonly<Record<string, string | number | boolean>>[];

/** A module to emit: its template and every value in it, decided by a builder. */
export interface ModulePlan {
  /** Template `src/templates/<block>.v.hbs`. */
  readonly block: string;
  /** File `rtl/<file>.v`, and name of the module. */
  readonly file: string;
  readonly values: Readonly<Record<string, PlanValue>>;
}

/** Plan of a block; the name of the design comes before its own in planModules. */
export function modulePlan(block: string, values: ModulePlan['values']): ModulePlan {
  return { block, file: block, values };
}

/** Verilog 0 or 1. */
export function flag(on: boolean): number {
  return on ? 1 : 0;
}

/** Sized decimal literal: lit(12, 3) is `12'd3`. */
export function lit(bits: number, value: number): string {
  return `${bits}'d${value}`;
}
