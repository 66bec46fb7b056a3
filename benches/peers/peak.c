// The multiply-adds of a second that the processor can do at most, in vectors of 512 bits: twice that are FLOP/s.
#include "workload.h"

static vec sums[24];

// 24 chains of independent sums: enough for a latency of six cycles and four units.
static void chains(long times) {
    vec s[24], a = {0}, b = {0};
    for (int i = 0; i < 16; i++)
        a[i] = 1.0f - 1e-7f * i, b[i] = 1e-7f * i;
    memcpy(s, sums, sizeof s);
    while (times--)
        for (int k = 0; k < 64; k++)
            _Pragma("GCC unroll 24") for (int i = 0; i < 24; i++) s[i] = s[i] * a + b;
    memcpy(sums, s, sizeof s);
}

int main(int count, char **names) {
    argument_count = count, arguments = names;
    measure("peak", 64 * 24 * 16, chains);
}
