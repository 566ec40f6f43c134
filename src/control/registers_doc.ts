import type { Only, RegisterField } from './register.ts';
import { ADDRESS_BITS, mapVersion, REGISTERS } from './registers.ts';

function bitsOf({ lsb, bits }: RegisterField): string {
  return bits === 1 ? `${lsb}` : `${lsb + bits - 1}:${lsb}`;
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(3, '0')}`;
}

function versionOf(network: boolean): string {
  const { major, minor } = mapVersion({ network });
  return `${major}.${minor}`;
}

const ONLY: Readonly<Record<Only, string>> = {
  dram: 'Only with weights in external memory',
  layer: 'Only in designs of one layer',
  network: 'Only in designs of networks',
  sequence: 'Only with the sequence memory in external memory',
};

const HEAD = `# Registers

<!-- Made from src/control/registers.ts by \`npm run generate:registers\`: change it there. -->

The register file of a design, at \`s_axi_ctrl\`: AXI4-Lite, 32-bit data, ${2 ** (ADDRESS_BITS - 10)} KB of addresses. Version ${versionOf(false)} in
designs of one layer, ${versionOf(true)} in designs of networks.

- Unmapped addresses answer SLVERR, and so do writes to a register in which nothing can be written. The two lower address bits are
  ignored. Byte strobes hold for every field.
- Address and data of a write may come in any order. There is one write and one read under way at a time.
- Access: \`const\` is decided when the design is generated; \`ro\` shows the hardware; \`rw\` is storage, 0 after reset; \`w1s\` starts
  something when 1 is written, and reads as 0; \`push\` takes every word that is written with all four byte strobes, and reads as 0; \`w1c\` is set by the hardware and cleared by writing 1; \`low\` and \`high\` are
  the halves of a 64-bit counter: reading the lower one keeps the upper one.
- The port reset \`rst\` resets all of it but IMAGE.model_ok and MODEL_*, which tell of memories that it leaves as they are; a soft reset
  clears CONTROL.run only.

| offset | register | bits | field | access | what |
|---|---|---|---|---|---|
`;

const TAIL = `
## Start, pause, soft reset

\`\`\`
             CONTROL.run = 1            CONTROL.soft_reset = 1
   HELD ───────────────────> RUNNING ───────────────────────────> STOPPING ─┐
    ^ STATUS.held             run = 0 pauses, 1 goes on           STATUS.resetting
    └────────────────────────────────────────────────────────────────────────┘
\`\`\`

- **Start.** The core leaves its reset, takes over BASE and SEQUENCE_BASE, clears the counters and its accumulators. Input is taken meanwhile.
- **Pause.** With run = 0 an input frame that has begun is taken to its end, and no further one. Frames that were taken are worked on and
  answered as ever; STATUS.busy falls when the last one has left. c and y stay, so run = 1 goes on with the utterance. With several
  channels a batch that is not closed yet stays open.
- **Soft reset.** The masters of external memory begin no more bursts and bring those that they have begun to their ends: what was asked for comes in, what was offered
  is written and answered. Then the core is in reset until
  the next run. All frames that came in and were not answered are forgotten. A memory that stays silent for 16,384 cycles is given up:
  ERRORS.not_drained. A soft reset of a core that is held clears run and reports reset_done, no more.
- **Streams at a soft reset.** An input frame that the reset cuts in two is taken to its \`tlast\` and dropped (STATUS.dropping);
  so the host must send it to its end. An output beat on offer stays there until it is taken. An output frame that
  the reset cuts in two is closed by one beat of value 0 with \`tlast\`, so it is shorter than OUTPUTS; FRAMES does not count it.
- **Errors.** ERRORS.frame concerns a single frame, and the run goes on. After ERRORS.memory_* or ERRORS.sequence_* the core waits for a soft reset.
- **Stuck output.** An output that nobody takes stops the core and is no error: FRAMES stands still. A soft reset works all the same.

## Another model without a new bitstream

\`sw/model.img\` is the image of the design's own model; \`esegen image <model> --design <dir> --out <file>\` makes one of another model that
[fits](model-format.md#images-of-models). With weights in external memory, the host places them there; MODEL_WEIGHT_BYTES and MODEL_WEIGHT_CRC
say which ones belong to the model that is loaded, and the C driver [compares](integration.md#weights-in-external-memory).

1. IMAGE.check, then all words of the image to IMAGE_DATA. Nothing is written, and the core may run. IMAGE.checked says that
   magic, version, design, length, sections and CRC are right.
2. Soft reset, if the core was started.
3. IMAGE.load, and the same words again. Now they are written, and the CRC must be that of the check.

| what is wrong | status | the model |
|---|---|---|
| no image, other version, other design, wrong size or section, CRC, in a check | ERRORS.image_*, IMAGE.checked = 0 | stays |
| image ends early | IMAGE.busy stays 1; the next check or load begins anew | stays; in a load it is lost |
| load without a check, or of a core that is not held; words outside a pass | ERRORS.image_order | stays |
| another image in the load than in the check | ERRORS.image_* | lost |
| load broken off | IMAGE.model_ok = 0; CONTROL.run does not start the core | lost: load one |

## State of a voice

While the core is paused (STATE.idle), c and y of every channel can be read and written, element by element; the C driver does it with
\`read_state\`, \`write_state\` and \`clear_state\`. So one channel can serve several speech streams in turn, and a stream can move to another
channel or board of the same model. States that a model takes as inputs (h0, c0) are these: y is h, in the format of y, c in that of c. An
utterance that is marked as such starts from zeros, in a network from the [initial states](networks.md#initial-states) of its image; a host that wants others writes
them before it.

- Read: write STATE_PLACE, read STATE_READ until valid is set.
- Write: STATE_PLACE with element 0, then the elements to STATE_WRITE; c first, then all elements of y, which must be complete. STATE.resume then
  makes the next frame go on, unless it is marked as the start of an utterance.
- STATE.clear makes the next frame start an utterance.

Of a network that runs step by step, bits 31 to 24 of STATE_PLACE are the number of a state (MODEL_STATES; the C header has their sizes and formats), and elements can be written in
any order. Where it runs by utterance, no state outlives one: STATE.idle stays 0. So it does where the c of a layer has 24 bits, for which these registers and the driver have no room.

## Networks

- FRAMES counts the frames of all outputs; \`m_axis_tuser\` is the number of the output. CONTROL.run = 0 pauses at the end of an input frame, or of an utterance
  where the network runs by utterance (FEATURES.utterance). Between the inputs of a step, and while a batch is open, STATUS.busy stays 1.
- ERRORS.frame of a network that runs by utterance says that a whole utterance was dropped: it ended within a step, or was too long or too short.
- The sequence memory in external memory needs SEQUENCE_BYTES bytes from SEQUENCE_BASE on, which nobody else writes while the core runs; what is in them before and
  after does not matter.
- PORT names an input or output of the model that is loaded; PORT_SHAPE then tells the elements of its frames and their fraction bits.
- While an element of a state is being written the port takes no other write.
`;

/** `docs/registers.md`: the register map as a table, and what start, pause and soft reset do. */
export function registersMarkdown(): string {
  const rows = REGISTERS.flatMap(({ name, offset, only, what, fields }) => [
    `| ${hex(offset)} | **${name}** | | | | ${what}${only === undefined ? '' : `. ${ONLY[only]}`} |`,
    ...fields.map((field) => {
      const own = field.only === undefined ? '' : `. ${ONLY[field.only]}`;
      return `| | | ${bitsOf(field)} | ${field.name} | ${field.access} | ${field.what}${own} |`;
    }),
  ]);
  return `${HEAD}${rows.join('\n')}\n${TAIL}`;
}
