// W9: a GRU of 8 inputs and 32 units over 16 steps, its weights transposed beforehand, so that the 96 gates lie along six vectors.
enum { STEPS = 16, INPUTS = 8, UNITS = 32, GATES = 3 * UNITS };
static LINES float gru_x[STEPS][INPUTS], gru_of_input[INPUTS][GATES], gru_of_state[UNITS][GATES], gru_b[2][GATES], gru_h[UNITS];

static void gru_start(void) {
    float s = scale(UNITS);
    fill(gru_x[0], STEPS * INPUTS, 45, 2, 0);
    for (int o = 0; o < GATES; o++) {
        for (int i = 0; i < INPUTS; i++)
            gru_of_input[i][o] = value(o * INPUTS + i, 41) * s;
        for (int k = 0; k < UNITS; k++)
            gru_of_state[k][o] = value(o * UNITS + k, 42) * s;
    }
    fill(gru_b[0], GATES, 43, s, 0), fill(gru_b[1], GATES, 44, s, 0);
}

static inline vec sigmoids(vec x) { return all(1) / (all(1) + (vec)exp512((__m512)-x)); }
static inline vec tangents(vec x) { return all(2) * sigmoids(all(2) * x) - all(1); }

// sums[v] += sum over k of factors[k] rows[k][16 (first + v)] for COUNT vectors, in CHAINS sums beside each other.
#define GATE_SUMS(sums, count, first, chains, terms, factors, rows)                                                    \
    do {                                                                                                               \
        vec part[chains][count] = {0};                                                                                 \
        _Pragma("GCC unroll 1") for (int k = 0; k < terms; k += chains)                                                \
            _Pragma("GCC unroll 4") for (int c = 0; c < chains; c++)                                                   \
                _Pragma("GCC unroll 6") for (int v = 0; v < count; v++)                                                \
                    part[c][v] += all(factors[k + c]) * *at(rows[k + c] + 16 * (first + v));                           \
        _Pragma("GCC unroll 4") for (int c = 0; c < chains; c++)                                                       \
            _Pragma("GCC unroll 6") for (int v = 0; v < count; v++) sums[v] += part[c][v];                             \
    } while (0)

// Keeps what makes x in its place: a processor starts what is older first.
#define HERE(x) __asm__ volatile("" : "+v"(x))

static void gru(long times) {
    while (times--) {
        vec h[2] = {0};
        *at(gru_h) = *at(gru_h + 16) = all(0);
        for (int t = 0; t < STEPS; t++) {
            vec a[6], r_sums[2], more[4], r[2], n[2]; // more: of z and n
            for (int v = 0; v < 6; v++)
                a[v] = *at(gru_b[0] + 16 * v);
            for (int v = 0; v < 2; v++)
                r_sums[v] = *at(gru_b[1] + 16 * v);
            for (int v = 0; v < 4; v++)
                more[v] = *at(gru_b[1] + 32 + 16 * v);
            GATE_SUMS(a, 6, 0, 1, INPUTS, gru_x[t], gru_of_input);
            GATE_SUMS(r_sums, 2, 0, 4, UNITS, gru_h, gru_of_state);
            for (int v = 0; v < 2; v++) {
                r[v] = sigmoids(a[v] + r_sums[v]);
                HERE(r[v]);
            }
            GATE_SUMS(more, 4, 2, 2, UNITS, gru_h, gru_of_state);
            for (int v = 0; v < 2; v++) {
                n[v] = tangents(a[4 + v] + r[v] * more[2 + v]);
                HERE(n[v]);
            }
            for (int v = 0; v < 2; v++) {
                vec z = sigmoids(a[2 + v] + more[v]);
                h[v] = n[v] + z * (h[v] - n[v]);
            }
            *at(gru_h) = h[0], *at(gru_h + 16) = h[1];
        }
        __asm__ volatile("" ::: "memory");
    }
}
