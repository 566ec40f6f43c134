// The analytic resource model beside what Yosys mapped: fixtures/mapped_resources.json. With names of units: these alone, a line a design.
// Usage: npm run bench:resource-model [-- unit ...]
import { mappedResources } from '../fixtures/mapped_resources.ts';
import { formatCount, formatTable } from '../src/cli/table.ts';
import { addResources, NO_RESOURCES, type Resources } from '../src/machine/resources/counts.ts';
import { estimateResources } from '../src/machine/resources/estimate.ts';

const names = process.argv.slice(2);
const { tool, designs } = mappedResources();

/** Units by name, of both sides. */
function only(units: readonly { readonly name: string; readonly all: Resources }[]): Resources {
  return units
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .reduce((sum, { all }) => addResources(sum, all), NO_RESOURCES);
}

const off = (estimated: number, mapped: number) => (mapped === 0 ? 0 : estimated / mapped - 1);
const percent = (share: number) => `${share < 0 ? '-' : '+'}${(100 * Math.abs(share)).toFixed(1)} %`;
const rows = designs.map((design) => {
  // Of a design that was not mapped as a whole, what was.
  const there = new Set(design.units.map(({ name }) => name));
  const estimated = estimateResources(design.hardware, 'xcu').units.filter(({ name }) => there.has(name));
  return {
    id: `${design.id}${design.whole ? '' : ' *'}`,
    commit: design.commit,
    mapped: only(design.units),
    estimated: only(estimated),
  };
});
const kinds = ['bram', 'uram', 'dsp'] as const;
console.log(`${designs.length} designs, ${tool}\n`);
console.log(
  formatTable([
    ['design', 'of', 'LUT', 'mapped', '', 'FF', 'mapped', '', 'BRAM36', 'mapped', 'URAM', 'mapped', 'DSP', 'mapped'],
    ...rows.map(({ id, commit, mapped, estimated }) => [
      id,
      commit,
      ...(['lut', 'ff'] as const).flatMap((key) => [
        formatCount(estimated[key]),
        formatCount(mapped[key]),
        percent(off(estimated[key], mapped[key])),
      ]),
      ...kinds.flatMap((key) => [formatCount(estimated[key]), formatCount(mapped[key])]),
    ]),
  ]),
);
for (const key of ['lut', 'ff'] as const) {
  const errors = rows.map(({ mapped, estimated }) => Math.abs(off(estimated[key], mapped[key])));
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  console.log(`${key.toUpperCase()}: worst ${percent(Math.max(...errors))}, mean ${percent(mean)}`);
}
for (const key of kinds) {
  console.log(
    `${key.toUpperCase()}: ${rows.filter(({ mapped, estimated }) => mapped[key] !== estimated[key]).length} differ`,
  );
}
const start = performance.now();
for (let round = 0; round < 10; round++) for (const { hardware } of designs) estimateResources(hardware, 'xcu');
console.log(`${((performance.now() - start) / 10 / designs.length).toFixed(3)} ms an estimate`);
