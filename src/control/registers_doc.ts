import { ADDRESS_BITS, MAP_VERSION, REGISTERS, type RegisterField } from './registers.ts';

function bitsOf({ lsb, bits }: RegisterField): string {
  return bits === 1 ? `${lsb}` : `${lsb + bits - 1}:${lsb}`;
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(3, '0')}`;
}

const HEAD = `# Registers

<!-- Made from src/control/registers.ts by \`npm run generate:registers\`: change it there. -->

The register file of a design, at \`s_axi_ctrl\`: AXI4-Lite, 32-bit data, ${2 ** (ADDRESS_BITS - 10)} KB of addresses. Version ${MAP_VERSION.major}.${MAP_VERSION.minor}.

- Unmapped addresses answer SLVERR, and so do writes to a register in which nothing can be written. The two lower address bits are
  ignored. Byte strobes hold for every field.
- Address and data of a write may come in any order. There is one write and one read under way at a time.
- Access: \`const\` is decided when the design is generated; \`ro\` shows the hardware; \`rw\` is storage, 0 after reset; \`w1s\` starts
  something when 1 is written, and reads as 0; \`w1c\` is set by the hardware and cleared by writing 1; \`low\` and \`high\` are
  the halves of a 64-bit counter: reading the lower one keeps the upper one.
- The port reset \`rst\` resets all of it; a soft reset clears CONTROL.run only.

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

- **Start.** The core leaves its reset, takes over BASE, clears the counters and its accumulators. Input is taken meanwhile.
- **Pause.** With run = 0 an input frame that has begun is taken to its end, and no further one. Frames that were taken are worked on and
  answered as ever; STATUS.busy falls when the last one has left. c and y stay, so run = 1 goes on with the utterance. With several
  channels a batch that is not closed yet stays open.
- **Soft reset.** The reader of the weights asks for no more and takes in what it has asked for; then the core is in reset until
  the next run. All frames that came in and were not answered are forgotten. A memory that stays silent for 16,384 cycles is given up:
  ERRORS.not_drained. A soft reset of a core that is held clears run and reports reset_done, no more.
- **Streams at a soft reset.** An input frame that the reset cuts in two is taken to its \`tlast\` and dropped (STATUS.dropping);
  so the host must send it to its end. An output beat on offer stays there until it is taken. An output frame that
  the reset cuts in two is closed by one beat of value 0 with \`tlast\`, so it is shorter than OUTPUTS; FRAMES does not count it.
- **Errors.** ERRORS.frame concerns a single frame, and the run goes on. After ERRORS.memory_* the core waits for a soft reset.
`;

/** `docs/registers.md`: the register map as a table, and what start, pause and soft reset do. */
export function registersMarkdown(): string {
  const rows = REGISTERS.flatMap(({ name, offset, only, what, fields }) => [
    `| ${hex(offset)} | **${name}** | | | | ${what}${only === 'dram' ? '. Only with weights in external memory' : ''} |`,
    ...fields.map((field) => `| | | ${bitsOf(field)} | ${field.name} | ${field.access} | ${field.what} |`),
  ]);
  return `${HEAD}${rows.join('\n')}\n${TAIL}`;
}
