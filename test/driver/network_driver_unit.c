/*
 * Checks the driver of a network design on a model of its registers; prints what fails. The network is that of tiny_network.ts: two inputs,
 * two outputs, three states of four elements where it has any.
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "dut_driver.h"

#define PORTS 2
#define NUMBER_OF_STATES 3
#define ELEMENTS 4

/* Registers in memory, but for those that do something. */
typedef struct {
    uint32_t words[1024];
    /* Words of PORT_SHAPE by input and output; it shows that of the read before. */
    uint32_t shapes[2][PORTS];
    uint32_t shape;
    /* States of the channels. */
    int16_t states[4][NUMBER_OF_STATES][ELEMENTS];
    uint32_t place;
    /* Last word of STATE; words of an image. */
    uint32_t state;
    uint32_t image_words;
    uint32_t image_sum;
} model;

static uint32_t model_read(void *context, uint32_t offset) {
    model *m = context;
    const uint32_t place = m->place;

    if (offset == DUT_REG_PORT_SHAPE) {
        const uint32_t shown = m->shape;
        const uint32_t port = m->words[DUT_REG_PORT / 4];
        const uint32_t number = port & DUT_PORT_NUMBER_MASK;

        m->shape = number < PORTS ? m->shapes[(port & DUT_PORT_OUTPUT_MASK) != 0][number] : 0;
        return shown;
    }
    if (offset == DUT_REG_STATE_READ) {
        return DUT_STATE_READ_VALID_MASK | (uint16_t)m->states[(place >> 16) & 3][place >> 24][place & 3];
    }
    return m->words[offset / 4];
}

static void model_write(void *context, uint32_t offset, uint32_t value) {
    model *m = context;

    switch (offset) {
    case DUT_REG_STATE_PLACE:
        m->place = value;
        break;
    case DUT_REG_STATE_WRITE:
        m->states[(m->place >> 16) & 3][m->place >> 24][m->place & 3] = (int16_t)value;
        m->place++;
        break;
    case DUT_REG_STATE:
        m->state = value;
        break;
    case DUT_REG_IMAGE_DATA:
        m->image_words++;
        m->image_sum += value;
        break;
    case DUT_REG_ERRORS:
        m->words[offset / 4] &= ~value;
        break;
    default:
        m->words[offset / 4] = value;
    }
}

static void check_start(const dut_bus *bus, model *m) {
    memset(m->words, 0xff, sizeof m->words);
    CHECK(dut_init(bus) == DUT_NO_DEVICE);
    m->words[DUT_REG_ID / 4] = DUT_ID;
    CHECK(dut_init(bus) == DUT_OTHER_MAP);
    m->words[DUT_REG_VERSION / 4] = (DUT_MAP_MAJOR << DUT_VERSION_MAJOR_SHIFT) + 7;
    CHECK(dut_init(bus) == DUT_OTHER_DESIGN);
    m->words[DUT_REG_HASH_LO / 4] = DUT_DESIGN_HASH_LO;
    m->words[DUT_REG_HASH_HI / 4] = DUT_DESIGN_HASH_HI;
    CHECK(dut_init(bus) == DUT_OK);

    memset(m->words, 0, sizeof m->words);
#ifdef DRAM
    CHECK(dut_start(bus, 0x123456001) == DUT_BAD_ADDRESS);
    CHECK(dut_start(bus, 0x123456000) == DUT_NO_MODEL);
    m->words[DUT_REG_IMAGE / 4] = DUT_IMAGE_MODEL_OK_MASK;
    CHECK(dut_start(bus, 0x123456000) == DUT_OK);
    CHECK(m->words[DUT_REG_BASE_LO / 4] == 0x23456000 && m->words[DUT_REG_BASE_HI / 4] == 1);
#else
    CHECK(dut_start(bus) == DUT_NO_MODEL);
    m->words[DUT_REG_IMAGE / 4] = DUT_IMAGE_MODEL_OK_MASK;
    CHECK(dut_start(bus) == DUT_OK);
#endif
    CHECK(m->words[DUT_REG_CONTROL / 4] == DUT_CONTROL_RUN_MASK);
    m->words[DUT_REG_STATUS / 4] = DUT_STATUS_BUSY_MASK;
    CHECK(dut_pause(bus, 3) == DUT_TIMEOUT);
    CHECK(m->words[DUT_REG_CONTROL / 4] == 0);
    m->words[DUT_REG_STATUS / 4] = DUT_STATUS_HELD_MASK;
    CHECK(dut_pause(bus, 3) == DUT_OK);
    CHECK(dut_reset(bus, 3) == DUT_OK);
    CHECK(m->words[DUT_REG_CONTROL / 4] == DUT_CONTROL_SOFT_RESET_MASK);
    m->words[DUT_REG_ERRORS / 4] = DUT_ERRORS_FRAME_MASK;
    CHECK(dut_wait(bus, 1, 3) == DUT_FRAME_DROPPED);
    m->words[DUT_REG_FRAMES / 4] = 4;
    CHECK(dut_wait(bus, 4, 3) == DUT_OK);
    CHECK(dut_wait(bus, 5, 3) == DUT_TIMEOUT);
}

static void check_network(const dut_bus *bus, model *m) {
    dut_network network;
    dut_port port;

    m->words[DUT_REG_MODEL_PORTS / 4] = 2u | (1u << DUT_MODEL_PORTS_OUTPUTS_SHIFT);
    m->words[DUT_REG_MODEL_STEPS / 4] = DUT_MAX_STEPS;
    m->words[DUT_REG_MODEL_STATES / 4] = DUT_STATES;
    m->shapes[0][0] = 6u | (13u << DUT_PORT_SHAPE_FRAC_SHIFT);
    m->shapes[0][1] = 0xffffffu | (0xfdu << DUT_PORT_SHAPE_FRAC_SHIFT);
    m->shapes[1][0] = 3u | (0x80u << DUT_PORT_SHAPE_FRAC_SHIFT);
    dut_read_network(bus, &network);
    CHECK(network.inputs == 2 && network.outputs == 1 && network.max_steps == DUT_MAX_STEPS && network.states == DUT_STATES);
    CHECK(dut_read_input(bus, 0, &port) == DUT_OK && port.elements == 6 && port.fraction_bits == 13);
    CHECK(dut_read_input(bus, 1, &port) == DUT_OK && port.elements == 0xffffff && port.fraction_bits == -3);
    CHECK(dut_read_output(bus, 0, &port) == DUT_OK && port.elements == 3 && port.fraction_bits == -128);
    CHECK(dut_read_input(bus, 2, &port) == DUT_BAD_NUMBER);
    CHECK(dut_read_output(bus, 1, &port) == DUT_BAD_NUMBER);
    /* Numbers that would name another port. */
    CHECK(dut_read_input(bus, DUT_PORT_OUTPUT_MASK, &port) == DUT_BAD_NUMBER);
    CHECK(dut_read_output(bus, DUT_PORT_OUTPUT_MASK, &port) == DUT_BAD_NUMBER);
#ifdef UTTERANCE
    CHECK(DUT_MAX_STEPS == UTTERANCE);
#else
    CHECK(DUT_MAX_STEPS == 0);
#endif
}

static void check_image(const dut_bus *bus, model *m) {
    const uint8_t image[48] = { 1, 0, 0, 0x80, 2 };

    m->words[DUT_REG_ERRORS / 4] = 0;
    m->words[DUT_REG_IMAGE / 4] = 0;
    CHECK(dut_check_image(bus, image, 47) == DUT_IMAGE_LENGTH);
    CHECK(dut_check_image(bus, image, sizeof image) == DUT_OK);
    CHECK(m->image_words == 12 && m->image_sum == 0x80000003u && m->words[DUT_REG_IMAGE / 4] == DUT_IMAGE_CHECK_MASK);
    m->words[DUT_REG_STATUS / 4] = 0;
#ifdef DRAM
    CHECK(dut_load_image(bus, image, sizeof image, NULL, 0) == DUT_CORE_RUNS);
    m->words[DUT_REG_STATUS / 4] = DUT_STATUS_HELD_MASK;
    CHECK(dut_load_image(bus, image, sizeof image, image, 1) == DUT_WEIGHTS_LENGTH);
    CHECK(m->words[DUT_REG_IMAGE / 4] == DUT_IMAGE_CHECK_MASK);
    CHECK(dut_load_image(bus, image, sizeof image, NULL, 0) == DUT_OK);
    m->words[DUT_REG_MODEL_WEIGHT_BYTES / 4] = 9;
    m->words[DUT_REG_MODEL_WEIGHT_CRC / 4] = 0xcbf43926u;
    CHECK(dut_check_weights(bus, (const uint8_t *)"123456789", 9) == DUT_OK);
#else
    CHECK(dut_load_image(bus, image, sizeof image) == DUT_CORE_RUNS);
    m->words[DUT_REG_STATUS / 4] = DUT_STATUS_HELD_MASK;
    CHECK(dut_load_image(bus, image, sizeof image) == DUT_OK);
#endif
    CHECK(m->words[DUT_REG_IMAGE / 4] == DUT_IMAGE_LOAD_MASK);
}

#ifdef CLEARS
static void check_states(const dut_bus *bus, model *m) {
    const uint32_t last = DUT_CHANNELS - 1;

    m->words[DUT_REG_STATE / 4] = 0;
    CHECK(dut_clear_state(bus, 0) == DUT_NOT_IDLE);
    m->words[DUT_REG_STATE / 4] = DUT_STATE_IDLE_MASK;
    CHECK(dut_clear_state(bus, DUT_CHANNELS) == DUT_BAD_CHANNEL);
    CHECK(dut_clear_state(bus, last) == DUT_OK);
    CHECK(m->place == last << 16 && m->state == DUT_STATE_CLEAR_MASK);
#ifdef STATES
    {
        const int16_t written[ELEMENTS] = { INT16_MIN, -1, 0, INT16_MAX };
        int16_t read[ELEMENTS] = { 0 };

        CHECK(dut_write_state(bus, last, NUMBER_OF_STATES, written, ELEMENTS) == DUT_BAD_NUMBER);
        CHECK(dut_write_state(bus, last, 1, written, 0x10001u) == DUT_BAD_NUMBER);
        CHECK(dut_write_state(bus, DUT_CHANNELS, 1, written, ELEMENTS) == DUT_BAD_CHANNEL);
        CHECK(dut_write_state(bus, last, 2, written, ELEMENTS) == DUT_OK);
        CHECK(memcmp(m->states[last][2], written, sizeof written) == 0 && m->states[last][1][0] == 0);
        CHECK(dut_read_state(bus, last, 2, read, ELEMENTS, 2) == DUT_OK);
        CHECK(memcmp(read, written, sizeof written) == 0);
        CHECK(dut_read_state(bus, last, NUMBER_OF_STATES, read, ELEMENTS, 2) == DUT_BAD_NUMBER);
        CHECK(dut_resume_state(bus, DUT_CHANNELS) == DUT_BAD_CHANNEL);
        CHECK(dut_resume_state(bus, last) == DUT_OK);
        CHECK(m->place == last << 16 && m->state == DUT_STATE_RESUME_MASK);
    }
#endif
}
#endif

int main(void) {
    static model m;
    dut_bus bus;
    int result;

    bus.context = &m;
    bus.read = model_read;
    bus.write = model_write;
    check_start(&bus, &m);
    check_network(&bus, &m);
    check_image(&bus, &m);
#ifdef CLEARS
    check_states(&bus, &m);
#endif
    for (result = DUT_OK; strcmp(dut_text((dut_result)result), "unknown result") != 0; result++) {
        CHECK(strlen(dut_text((dut_result)result)) > 1);
    }
    CHECK(result == DUT_WEIGHTS_DAMAGED + 1);
    return failures != 0;
}
