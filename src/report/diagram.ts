/** Units that have a colour of their own, the same in all pictures and tables. */
export type Colour = 'load' | 'mac' | 'cell' | 'store' | 'memory' | 'control' | 'port';

/** A box of a block diagram; sizes and places in points of a picture of {@link Diagram.width} x {@link Diagram.height}. */
export interface DiagramBlock {
  readonly id: string;
  readonly colour: Colour;
  readonly title: string;
  /** What it has, a line each. */
  readonly lines: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A way between two boxes; it ends with an arrow. */
export interface DiagramWire {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Where the label stands: its middle. */
  readonly at: readonly [x: number, y: number];
}

/** Block diagram of a design. */
export interface Diagram {
  readonly width: number;
  readonly height: number;
  readonly blocks: readonly DiagramBlock[];
  readonly wires: readonly DiagramWire[];
}

/** A box without its place. */
export interface Part {
  readonly title: string;
  readonly lines: readonly string[];
}

/** The parts of an accelerator of either kind, by their place in the picture; null where the design has none. */
export interface Parts {
  readonly control: Part;
  readonly input: Part;
  readonly load: Part;
  readonly sequence: Part | null;
  readonly store: Part;
  readonly output: Part;
  readonly vectors: Part;
  readonly array: Part;
  readonly weights: Part;
  readonly cell: Part;
  readonly parameters: Part;
}

/** What goes along the ways, in words. */
export interface Ways {
  readonly elements: string;
  readonly words: string;
  readonly sums: string;
  readonly results: string;
  readonly weights: string;
}

/** Columns and rows of the picture. */
const PORT = { x: 2, width: 136 };
const MOVE = { x: 186, width: 176 };
const VECTORS = { x: 412, width: 172 };
const ARRAY = { x: 648, width: 218 };
const CELL = { x: 930, width: 182 };
const CONTROL = { y: 4, height: 52 };
const UPPER = { y: 116, height: 136 };
const LOWER = { y: 318, height: 136 };
const BETWEEN = { y: 264, height: 42 };
const WRITE_BACK = 86;
const WIDTH = 1120;
const HEIGHT = 462;

const COLOURS: Readonly<Record<keyof Parts, Colour>> = {
  ...{ control: 'control', input: 'port', output: 'port', load: 'load', store: 'store' },
  ...{ sequence: 'memory', vectors: 'memory', weights: 'memory', parameters: 'memory', array: 'mac', cell: 'cell' },
};

/** Places the parts: input and output left, vectors between them and the array, the element-wise part right; results go back over the top. */
export function placeDiagram(parts: Parts, ways: Ways): Diagram {
  const block = (id: keyof Parts, column: typeof PORT, row: typeof UPPER): DiagramBlock[] => {
    const part = parts[id];
    return part === null ? [] : [{ id, colour: COLOURS[id], ...part, ...column, ...row }];
  };
  const blocks = [
    ...block('control', { x: MOVE.x, width: CELL.x + CELL.width - MOVE.x }, CONTROL),
    ...block('input', PORT, { y: UPPER.y + 34, height: 68 }),
    ...block('load', MOVE, UPPER),
    ...block('sequence', MOVE, BETWEEN),
    ...block('store', MOVE, LOWER),
    ...block('output', PORT, { y: LOWER.y + 34, height: 68 }),
    ...block('vectors', VECTORS, { y: UPPER.y, height: LOWER.y + LOWER.height - UPPER.y }),
    ...block('array', ARRAY, UPPER),
    ...block('weights', ARRAY, LOWER),
    ...block('cell', CELL, UPPER),
    ...block('parameters', CELL, LOWER),
  ];
  const right = ({ x, width }: typeof PORT) => x + width;
  const [upper, lower] = [UPPER.y + UPPER.height / 2, LOWER.y + LOWER.height / 2];
  const across = (from: keyof Parts, to: keyof Parts, y: number, ends: readonly [number, number], label: string) => {
    const at: [number, number] = [(ends[0] + ends[1]) / 2, y - 8];
    return { from, to, label, points: [[ends[0], y] as const, [ends[1], y] as const], at };
  };
  const up = (from: keyof Parts, to: keyof Parts, { x, width }: typeof PORT, label: string): DiagramWire => {
    const middle = x + width / 2;
    const [bottom, top] = [LOWER.y, UPPER.y + UPPER.height];
    return {
      from,
      to,
      label,
      points: [[middle, bottom] as const, [middle, top] as const],
      at: [middle, (bottom + top) / 2 + 4],
    };
  };
  const sequence: DiagramWire[] =
    parts.sequence === null
      ? []
      : [
          {
            from: 'store',
            to: 'sequence',
            label: '',
            points: [
              [MOVE.x + 60, LOWER.y],
              [MOVE.x + 60, BETWEEN.y + BETWEEN.height],
            ],
            at: [0, 0],
          },
          {
            from: 'sequence',
            to: 'load',
            label: '',
            points: [
              [MOVE.x + 116, BETWEEN.y],
              [MOVE.x + 116, UPPER.y + UPPER.height],
            ],
            at: [0, 0],
          },
        ];
  const [cellMiddle, vectorMiddle] = [CELL.x + CELL.width / 2, VECTORS.x + VECTORS.width / 2];
  const wires: DiagramWire[] = [
    across('input', 'load', upper, [right(PORT), MOVE.x], ''),
    across('load', 'vectors', upper, [right(MOVE), VECTORS.x], ways.words),
    across('vectors', 'array', upper, [right(VECTORS), ARRAY.x], ways.elements),
    across('array', 'cell', upper, [right(ARRAY), CELL.x], ways.sums),
    across('vectors', 'store', lower, [VECTORS.x, right(MOVE)], ways.words),
    across('store', 'output', lower, [MOVE.x, right(PORT)], ''),
    up('weights', 'array', ARRAY, ways.weights),
    up('parameters', 'cell', CELL, ''),
    {
      ...{ from: 'cell', to: 'vectors', label: ways.results },
      points: [
        [cellMiddle, UPPER.y],
        [cellMiddle, WRITE_BACK],
        [vectorMiddle, WRITE_BACK],
        [vectorMiddle, UPPER.y],
      ],
      at: [(cellMiddle + vectorMiddle) / 2, WRITE_BACK - 8],
    },
    ...sequence,
  ];
  return { width: WIDTH, height: HEIGHT, blocks, wires };
}
