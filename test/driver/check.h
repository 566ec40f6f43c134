/* Checks that go on, for the programs that test drivers: what fails is printed and counted. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>

static int failures;

#define CHECK(what)                                  \
    do {                                             \
        if (!(what)) {                               \
            printf("line %d: %s\n", __LINE__, #what); \
            failures++;                              \
        }                                            \
    } while (0)

#endif
