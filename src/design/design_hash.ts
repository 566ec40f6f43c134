import { createHash } from 'node:crypto';
import type { DesignHash } from '../hdl/control_registers.ts';
import { planModules } from '../hdl/plan.ts';
import { renderModule } from '../hdl/render.ts';
import type { Design } from '../program/design.ts';

/**
 * Hash by which a driver knows that hardware and header are of the same design: the first 64 bits of the SHA-256 of all modules,
 * printed with hash 0 and without the length and CRC of weights in external memory. Weights are not in it, sizes and number formats are where the RTL depends on them.
 */
export function designHash(design: Design): DesignHash {
  const hash = createHash('sha256');
  for (const plan of planModules(design, 0n)) hash.update(renderModule(plan));
  return hash.digest().readBigUInt64BE();
}
