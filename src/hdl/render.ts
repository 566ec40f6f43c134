import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'node:path';
import Handlebars from 'handlebars';
import { alignColumns } from './columns.ts';
import type { ModulePlan } from './module_plan.ts';

const TEMPLATES = new URL('../templates/', import.meta.url);

const engine = Handlebars.create();
const compiled = new Map<string, HandlebarsTemplateDelegate>();

for (const file of readdirSync(new URL('partials/', TEMPLATES))) {
  engine.registerPartial(parse(file).name, readFileSync(new URL(`partials/${file}`, TEMPLATES), 'utf8'));
}

function template(name: string): HandlebarsTemplateDelegate {
  let found = compiled.get(name);
  if (found === undefined) {
    // Strict: a value that the builder did not decide is an error, not an empty string.
    found = engine.compile(readFileSync(new URL(name, TEMPLATES), 'utf8'), { strict: true, noEscape: true });
    compiled.set(name, found);
  }
  return found;
}

/** Licence of what templates print, which is their own. */
const LICENCE = 'SPDX-License-Identifier: Apache-2.0';

/** The comment that a file begins with; none in READMEs and where the format fixes the first line. */
function licenceComment(template: string): string {
  if (template.endsWith('.v.hbs')) return `// ${LICENCE}\n`;
  if (/\.[ch]\.hbs$/.test(template)) return `/* ${LICENCE} */\n`;
  return /(?:\.tcl|\.xdc|\.mdd|Makefile)\.hbs$/.test(template) ? `# ${LICENCE}\n` : '';
}

/** Prints a template, e.g. `pe.v.hbs`, with its values, behind a comment on its licence. */
export function renderTemplate(name: string, values: ModulePlan['values']): string {
  const printed = licenceComment(name) + template(name)(values);
  return name.endsWith('.v.hbs') ? alignColumns(printed) : printed;
}

/** Prints a module. */
export function renderModule(plan: ModulePlan): string {
  return renderTemplate(`${plan.block}.v.hbs`, plan.values);
}

/** Words in the text of a template that are printed whatever its values, and those of its comments not. */
export function templateWords(name: string): ReadonlySet<string> {
  const text = readFileSync(new URL(name, TEMPLATES), 'utf8').replace(/\{\{.*?\}\}|\/\/.*/g, ' ');
  return new Set(text.match(/\b[A-Za-z_]\w*/g));
}
