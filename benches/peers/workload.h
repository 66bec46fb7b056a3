// What the programs in C share: the inputs, the clock, and the line that each workload prints.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef float vec __attribute__((vector_size(64), aligned(4), may_alias)); // 16 scalars, wherever they lie

static int argument_count;
static char **arguments;

// Number i of stream seed, from -0.5 to 0.5: a hash of 32 bits.
static float value(uint32_t i, uint32_t seed) {
    uint32_t h = i * 2654435761u + seed * 2246822519u;
    h = (h ^ h >> 15) * 0x2c1b3c6du;
    h = (h ^ h >> 12) * 0x297a2d39u;
    return (float)((h ^ h >> 15) >> 8) / 16777216.0f - 0.5f;
}

static float scale(int inputs) { return (float)(2.0 / sqrt((double)inputs)); }

static void fill(float *to, int count, uint32_t seed, float scale, float offset) {
    for (int i = 0; i < count; i++)
        to[i] = value(i, seed) * scale + offset;
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1e9 + t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int wanted(const char *name) {
    for (int i = 1; i < argument_count; i++)
        if (!strncmp(name, arguments[i], strlen(arguments[i])))
            return 1;
    return argument_count < 2;
}

// The sum of outputs, each times one more than its number modulo ten.
static double checksum(const float *y, int count, int row, int of) {
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += (double)y[i / of * row + i % of] * (i % 10 + 1);
    return sum;
}

// Fifteen blocks of about 20 ms: fastest and median.
static void measure(const char *name, double check, void (*run)(long)) {
    double start = now(), blocks[15];
    long times = 1;
    for (run(1); now() - start < 2e6; times *= 4)
        start = now(), run(times);
    times = times > 4 ? times / 4 : 1;
    start = now(), run(times);
    times = (long)(2e7 / ((now() - start) / times));
    if (times < 1)
        times = 1;
    for (int i = 0; i < 15; i++) {
        start = now();
        run(times);
        blocks[i] = (now() - start) / times;
    }
    qsort(blocks, 15, sizeof *blocks, ascending);
    printf("%s %.1f %.1f %.7e\n", name, blocks[0], blocks[7], check);
    fflush(stdout);
}
