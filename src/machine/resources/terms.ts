/** Sizes that the logic of a unit grows with, by name; `one` is what is always there. */
export type Terms = Readonly<Record<string, number>>;
