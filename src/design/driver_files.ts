import type { ModulePlan } from '../hdl/module_plan.ts';
import { renderTemplate } from '../hdl/render.ts';
import { type DriverKind, driverValues } from './header_file.ts';

/**
 * C header and driver of a design: path in the design directory → content.
 *
 * @param header what the header prints
 */
export function driverFiles(name: string, header: ModulePlan['values'], kind: DriverKind): Map<string, string> {
  const values = driverValues(name, kind);
  return new Map([
    [`sw/${name}.h`, renderTemplate('header.h.hbs', header)],
    [`sw/${name}_driver.h`, renderTemplate('driver.h.hbs', values)],
    [`sw/${name}_driver.c`, renderTemplate('driver.c.hbs', values)],
  ]);
}
