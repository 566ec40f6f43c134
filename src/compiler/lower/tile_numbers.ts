import type { TileAddress } from '../../program/instruction.ts';

/** A tile of a step, which gets its number when the order is known. */
export type OpenTile = { -readonly [Key in keyof TileAddress]: TileAddress[Key] };

/** Instructions in loops over positions, which stay where they are; the tiles alternate, `uses` of them. */
export interface TileLoop {
  readonly tiles: readonly OpenTile[];
  readonly uses: number;
  readonly input: boolean;
  readonly emit: () => void;
}

/** Numbers tiles in the order of MAC: the one that is not open, else the one that was not closed last. */
export class TileNumbers {
  readonly #all: OpenTile[] = [];
  readonly #open = new Set<OpenTile>();
  #last = 1;

  /** The first product of a tile stands here. */
  open(tile: OpenTile): void {
    const [other] = this.#open;
    tile.base = 1 - (other?.base ?? this.#last);
    this.#open.add(tile);
    this.#all.push(tile);
  }

  /** The last one stands here. */
  close(tile: OpenTile): void {
    this.#open.delete(tile);
    this.#last = tile.base;
  }

  /** Tiles of a loop over positions, none of which is open before or behind it. */
  loop({ tiles, uses }: TileLoop): void {
    const first = 1 - this.#last;
    for (const [at, tile] of tiles.entries()) tile.base = (first + at) % 2;
    this.#all.push(...tiles);
    this.#last = (first + uses - 1) % 2;
  }

  /** Where a step ends with the tile that it began with, the next one begins with the other. */
  flip(): void {
    for (const tile of this.#all) tile.t = 1 - this.#last;
  }
}
