import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Resources } from '../../../src/machine/resources/counts.ts';

/** A module as it was mapped: its own cells, and how often it has others. */
export interface MappedModule {
  readonly own: Resources;
  readonly below: Readonly<Record<string, number>>;
}

/**
 * What modules were mapped to before, by family, name with parameters, and own text; a line of a file each. The hierarchy is kept, so that a
 * module is mapped alike whatever the modules in it and around it are.
 */
export class ModuleCache {
  readonly #path: string;
  readonly #known = new Map<string, MappedModule>();

  constructor(path: string) {
    this.#path = path;
    mkdirSync(dirname(path), { recursive: true });
    if (!existsSync(path)) return;
    for (const line of readFileSync(path, 'utf8').trim().split('\n')) {
      const { key, ...module } = JSON.parse(line) as MappedModule & { readonly key: string };
      this.#known.set(key, module);
    }
  }

  get(key: string): MappedModule | undefined {
    return this.#known.get(key);
  }

  set(key: string, module: MappedModule): void {
    this.#known.set(key, module);
    appendFileSync(this.#path, `${JSON.stringify({ key, ...module })}\n`);
  }
}
