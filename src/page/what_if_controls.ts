import { PARTS } from '../machine/parts.ts';
import { html } from './dom.ts';

/** Settings of a config that the page has controls for, by their keys. */
export type Settings = Readonly<Record<string, number | string>>;

/** A control: a number among some, or one of a list of words. */
interface Control {
  readonly key: string;
  readonly label: string;
  readonly values: readonly (number | string)[];
  readonly initial: number | string;
}

function powers(most: number): number[] {
  return Array.from({ length: Math.log2(most) + 1 }, (_, n) => 2 ** n);
}

function range(least: number, most: number): number[] {
  return Array.from({ length: most - least + 1 }, (_, n) => least + n);
}

const CONTROLS: readonly Control[] = [
  { key: 'array.channels', label: 'Channels: voices', values: powers(32), initial: 1 },
  { key: 'array.groups', label: 'Groups of columns', values: powers(64), initial: 1 },
  { key: 'array.lanes', label: 'Lanes of a group', values: powers(128), initial: 32 },
  { key: 'elemLanes', label: 'Element-wise lanes', values: powers(64), initial: 4 },
  { key: 'fifoDepth', label: 'Queue, columns', values: [1, 2, 4, 8, 16, 32, 64], initial: 8 },
  { key: 'weightBits', label: 'Bits of a weight', values: range(4, 16), initial: 12 },
  { key: 'vectorBits', label: 'Bits of a vector', values: range(8, 16), initial: 16 },
  { key: 'indexBits', label: 'Bits of an index', values: range(2, 10), initial: 4 },
  { key: 'clockMHz', label: 'Clock, MHz', values: range(2, 20).map((n) => 25 * n), initial: 200 },
];

/** Settings as a config has them: `array.lanes` is a key of `array`. */
export function configOf(settings: Settings): object {
  const config: Record<string, unknown> = { name: 'what_if' };
  const array: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(settings)) {
    if (key.startsWith('array.')) array[key.slice('array.'.length)] = value;
    else config[key] = value;
  }
  return { ...config, array };
}

/** Controls of the settings. */
export class SettingControls {
  readonly element: HTMLElement;
  readonly #settings = new Map<string, number | string>();
  /** The control that was moved last. */
  #moved = 'array.lanes';

  /** @param changed takes the settings, whenever one changes */
  constructor(changed: (settings: Settings) => void) {
    const tell = (key: string, value: number | string) => {
      this.#settings.set(key, value);
      this.#moved = key;
      changed(this.settings());
    };
    const sliders = CONTROLS.map(({ key, label, values, initial }) => {
      this.#settings.set(key, initial);
      const shown = html('output', {}, String(initial));
      const slider = html('input', {
        type: 'range',
        min: 0,
        max: values.length - 1,
        step: 1,
        value: values.indexOf(initial),
      });
      slider.setAttribute('aria-valuetext', String(initial));
      slider.addEventListener('input', () => {
        const value = values[Number(slider.value)]!;
        shown.textContent = String(value);
        slider.setAttribute('aria-valuetext', String(value));
        tell(key, value);
      });
      return html('label', { class: 'field slider' }, html('span', {}, label, ' ', shown), slider);
    });
    const list = (key: string, label: string, values: readonly string[], initial: string) => {
      this.#settings.set(key, initial);
      const select = html(
        'select',
        {},
        ...values.map((value) => html('option', { value, selected: value === initial }, value)),
      );
      select.addEventListener('change', () => {
        tell(key, select.value);
      });
      return html('label', { class: 'field' }, html('span', {}, label), select);
    };
    this.element = html(
      'div',
      { class: 'sliders' },
      ...sliders,
      list('weights', 'Weights in', ['onchip', 'uram', 'dram'], 'onchip'),
      list('activationQueue', 'A queue for each', ['lane', 'group'], 'lane'),
      list(
        'part',
        'Part',
        PARTS.map(({ name }) => name),
        'xcku060',
      ),
    );
  }

  settings(): Settings {
    return Object.fromEntries(this.#settings);
  }

  /** Settings a step of a slider away, those of the slider that was moved last first: one and two steps, then one of each other. */
  near(): Settings[] {
    const own = CONTROLS.filter(({ key }) => key === this.#moved);
    const others = CONTROLS.filter(({ key }) => key !== this.#moved && key !== 'clockMHz');
    const steps = [
      ...own.flatMap((control) => [1, -1, 2, -2].map((by) => ({ control, by }))),
      ...others.flatMap((control) => [1, -1].map((by) => ({ control, by }))),
    ];
    return steps.flatMap(({ control: { key, values }, by }) => {
      const value = values[values.indexOf(this.#settings.get(key)!) + by];
      return value === undefined ? [] : [{ ...this.settings(), [key]: value }];
    });
  }
}
