/* Checks the parts of the driver that need no hardware, on registers in memory; prints what fails. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "dut_driver.h"

int main(void) {
    uint32_t registers[1024];
    const dut_bus bus = dut_mmio(registers);
    dut_counters counters;
    int16_t c[DUT_MAX_CELLS];
    int16_t y[DUT_MAX_OUTPUTS];
    int result;

    memset(registers, 0xff, sizeof registers);
    CHECK(dut_init(&bus) == DUT_NO_DEVICE);
    registers[DUT_REG_ID / 4] = DUT_ID;
    CHECK(dut_init(&bus) == DUT_OTHER_MAP);
    registers[DUT_REG_VERSION / 4] = (DUT_MAP_MAJOR << DUT_VERSION_MAJOR_SHIFT) + 7;
    CHECK(dut_init(&bus) == DUT_OTHER_DESIGN);
    registers[DUT_REG_HASH_LO / 4] = DUT_DESIGN_HASH_LO;
    CHECK(dut_init(&bus) == DUT_OTHER_DESIGN);
    registers[DUT_REG_HASH_HI / 4] = DUT_DESIGN_HASH_HI;
    CHECK(dut_init(&bus) == DUT_OK);

    CHECK(dut_start(&bus, 0x123456001) == DUT_BAD_ADDRESS);
    CHECK(registers[DUT_REG_CONTROL / 4] == UINT32_MAX);
    registers[DUT_REG_IMAGE / 4] = 0;
    CHECK(dut_start(&bus, 0x123456000) == DUT_NO_MODEL);
    registers[DUT_REG_IMAGE / 4] = DUT_IMAGE_MODEL_OK_MASK;
    CHECK(dut_start(&bus, 0x123456000) == DUT_OK);
    CHECK(registers[DUT_REG_BASE_LO / 4] == 0x23456000 && registers[DUT_REG_BASE_HI / 4] == 1);
    CHECK(registers[DUT_REG_CONTROL / 4] == DUT_CONTROL_RUN_MASK);

    registers[DUT_REG_STATUS / 4] = DUT_STATUS_BUSY_MASK;
    CHECK(dut_pause(&bus, 3) == DUT_TIMEOUT);
    CHECK(dut_reset(&bus, 3) == DUT_TIMEOUT);
    registers[DUT_REG_STATUS / 4] = 0;
    CHECK(dut_pause(&bus, 3) == DUT_OK);

    /* The gravest error is told; over the end of the frame counter too. */
    registers[DUT_REG_ERRORS / 4] = DUT_ERRORS_FRAME_MASK | DUT_ERRORS_MEMORY_SLAVE_MASK;
    CHECK(dut_take_errors(&bus) == DUT_MEMORY_SLAVE_ERROR);
    registers[DUT_REG_STATUS / 4] = 0;
    CHECK(dut_load_image(&bus, (const uint8_t *)registers, 40, NULL, 0) == DUT_CORE_RUNS);
    CHECK(dut_check_image(&bus, (const uint8_t *)registers, 41) == DUT_IMAGE_LENGTH);
    registers[DUT_REG_ERRORS / 4] = 0;
    registers[DUT_REG_FRAMES / 4] = 2;
    CHECK(dut_wait(&bus, 2, 3) == DUT_OK);
    CHECK(dut_wait(&bus, 3, 3) == DUT_TIMEOUT);
    CHECK(dut_wait(&bus, 0xfffffff0u, 3) == DUT_OK);

    registers[DUT_REG_CYCLES_LO / 4] = 0x89abcdef;
    registers[DUT_REG_CYCLES_LO / 4 + 1] = 0x01234567;
    dut_read_counters(&bus, &counters);
    CHECK(counters.frames == 2 && counters.cycles == UINT64_C(0x0123456789abcdef));

    /* State: channels that are there, a core that is paused, sizes that fit the arrays; elements of both signs. */
    registers[DUT_REG_STATE / 4] = DUT_STATE_IDLE_MASK;
    CHECK(dut_clear_state(&bus, DUT_CHANNELS) == DUT_BAD_CHANNEL);
    CHECK(dut_read_state(&bus, DUT_CHANNELS, c, y, 1) == DUT_BAD_CHANNEL);
    CHECK(dut_write_state(&bus, 0x10000u, c, y) == DUT_BAD_CHANNEL);
    registers[DUT_REG_STATE / 4] = 0;
    CHECK(dut_read_state(&bus, 0, c, y, 1) == DUT_NOT_IDLE);
    registers[DUT_REG_STATE / 4] = UINT32_MAX;
    registers[DUT_REG_MODEL_CELLS / 4] = UINT32_MAX;
    CHECK(dut_read_state(&bus, 0, c, y, 1) == DUT_NO_DEVICE);
    registers[DUT_REG_MODEL_CELLS / 4] = DUT_MAX_CELLS;
    registers[DUT_REG_MODEL_OUTPUTS / 4] = DUT_MAX_OUTPUTS + 1;
    CHECK(dut_write_state(&bus, 0, c, y) == DUT_NO_DEVICE);
    registers[DUT_REG_MODEL_OUTPUTS / 4] = DUT_MAX_OUTPUTS;
    registers[DUT_REG_STATE_READ / 4] = 0x7fff;
    CHECK(dut_read_state(&bus, 0, c, y, 1) == DUT_TIMEOUT);
    registers[DUT_REG_STATE_READ / 4] = 0xffff8000u;
    CHECK(dut_read_state(&bus, 0, c, y, 1) == DUT_OK);
    CHECK(c[0] == INT16_MIN && y[DUT_MAX_OUTPUTS - 1] == INT16_MIN);
    registers[DUT_REG_STATE_READ / 4] = 0x80007fffu;
    CHECK(dut_read_state(&bus, 0, c, y, 1) == DUT_OK);
    CHECK(c[DUT_MAX_CELLS - 1] == INT16_MAX && y[0] == INT16_MAX);

    /* The CRC-32 of "123456789" is known; the CRC of nothing is 0. */
    registers[DUT_REG_MODEL_WEIGHT_BYTES / 4] = 9;
    registers[DUT_REG_MODEL_WEIGHT_CRC / 4] = 0xcbf43926u;
    CHECK(dut_check_weights(&bus, (const uint8_t *)"123456789", 9) == DUT_OK);
    CHECK(dut_check_weights(&bus, (const uint8_t *)"123456788", 9) == DUT_WEIGHTS_DAMAGED);
    CHECK(dut_check_weights(&bus, (const uint8_t *)"123456789", 8) == DUT_WEIGHTS_LENGTH);
    CHECK(dut_check_weights(&bus, (const uint8_t *)"123456789", 10) == DUT_WEIGHTS_LENGTH);
    registers[DUT_REG_MODEL_WEIGHT_BYTES / 4] = 0;
    CHECK(dut_check_weights(&bus, NULL, 0) == DUT_WEIGHTS_DAMAGED);
    registers[DUT_REG_MODEL_WEIGHT_CRC / 4] = 0;
    CHECK(dut_check_weights(&bus, NULL, 0) == DUT_OK);

    for (result = DUT_OK; strcmp(dut_text((dut_result)result), "unknown result") != 0; result++) {
        CHECK(strlen(dut_text((dut_result)result)) > 1);
    }
    CHECK(result == DUT_WEIGHTS_DAMAGED + 1);
    return failures != 0;
}
