// W5: LeNet-5 on one image. Positions lie along the vectors of the first convolution, channels along those of the second one,
// outputs along those of the layers behind it, whose weights are packed in that order beforehand.
static LINES struct {
    float w1[25][6], b1[6], w2[150][16], b2[16], w3[400][128], b3[128], w4[120][96], b4[96], w5[84][16], b5[16];
} packed;
static LINES float padded[32][48], plane1[6][14][14], plane2[25][16], scores[16];

static void one_image_start(void) {
    lenet_start();
    for (int i = 0; i < 784; i++)
        padded[i / 28 + 2][i % 28 + 2] = digits[0][i];
    for (int k = 0; k < 25; k++)
        for (int o = 0; o < 6; o++)
            packed.w1[k][o] = convolutions.w1[o][0][k / 5][k % 5];
    for (int k = 0; k < 150; k++)
        for (int o = 0; o < 16; o++)
            packed.w2[k][o] = convolutions.w2[o][k / 25][k / 5 % 5][k % 5];
    for (int i = 0; i < 400; i++) // what was channel, row, column is row, column, channel
        memcpy(packed.w3[i % 25 * 16 + i / 25], layers.w1[i], sizeof layers.w1[i]);
    for (int i = 0; i < 120; i++)
        memcpy(packed.w4[i], layers.w2[i], sizeof layers.w2[i]);
    for (int i = 0; i < 84; i++)
        memcpy(packed.w5[i], layers.w3[i], sizeof layers.w3[i]);
    memcpy(packed.b1, convolutions.b1, sizeof packed.b1), memcpy(packed.b2, convolutions.b2, sizeof packed.b2);
    memcpy(packed.b3, layers.b1, sizeof layers.b1), memcpy(packed.b4, layers.b2, sizeof layers.b2);
    memcpy(packed.b5, layers.b3, sizeof layers.b3);
}

// The larger ones of neighbours: even lanes beside odd ones.
static inline vec halve(vec a, vec b) {
    __m512i even = _mm512_setr_epi32(0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
    __m512i odd = _mm512_add_epi32(even, _mm512_set1_epi32(1));
    return larger((vec)_mm512_permutex2var_ps((__m512)a, even, (__m512)b), (vec)_mm512_permutex2var_ps((__m512)a, odd, (__m512)b));
}

// An address that GCC knows nothing of: it would keep what neighbouring taps share in registers, of which there are too few.
static inline float *hidden(float *from) {
    __asm__("" : "+r"(from));
    return from;
}

// Two rows of all channels: 6 x 2 x 2 sums.
static void first_convolution(void) {
    for (int row = 0; row < 28; row += 2) {
        vec s[6][4];
        for (int o = 0; o < 6; o++)
            s[o][0] = s[o][1] = s[o][2] = s[o][3] = all(packed.b1[o]);
        for (int ky = 0; ky < 5; ky++)
            for (int kx = 0; kx < 5; kx++) {
                float *from = hidden(&padded[row + ky][kx]);
                vec v[4] = {*at(from), *at(from + 16), *at(from + 48), *at(from + 64)};
                _Pragma("GCC unroll 6") for (int o = 0; o < 6; o++)
                    _Pragma("GCC unroll 4") for (int n = 0; n < 4; n++) s[o][n] += all(packed.w1[5 * ky + kx][o]) * v[n];
            }
        for (int o = 0; o < 6; o++) {
            vec most = halve(larger(s[o][0], s[o][2]), larger(s[o][1], s[o][3]));
            _mm512_mask_storeu_ps(plane1[o][row / 2], 0x3fff, (__m512)positive(most));
        }
    }
}

// Two rows of ten positions: each number is a factor of up to five of them, by as many weights.
static void second_convolution(void) {
    for (int row = 0; row < 10; row += 2) {
        vec s[2][10];
        for (int p = 0; p < 10; p++)
            s[0][p] = s[1][p] = *at(packed.b2);
        for (int i = 0; i < 6; i++)
            for (int ky = 0; ky < 5; ky++) {
                float *from = hidden(plane1[i][row + ky]), *weights = hidden(packed.w2[25 * i + 5 * ky]);
                vec w[5] = {*at(weights), *at(weights + 16), *at(weights + 32), *at(weights + 48), *at(weights + 64)};
                _Pragma("GCC unroll 14") for (int q = 0; q < 14; q++)
                    _Pragma("GCC unroll 2") for (int r = 0; r < 2; r++) {
                        vec f = all(from[14 * r + q]);
                        _Pragma("GCC unroll 5") for (int kx = 0; kx < 5; kx++)
                            if (q >= kx && q < kx + 10)
                                s[r][q - kx] += f * w[kx];
                    }
            }
        for (int p = 0; p < 10; p += 2)
            *at(plane2[5 * row / 2 + p / 2]) = positive(larger(larger(s[0][p], s[0][p + 1]), larger(s[1][p], s[1][p + 1])));
    }
}

// y = b + x w in VECTORS vectors, CHAINS sums beside each other.
#define ROWS(VECTORS, CHAINS, TERMS, X, W, BIAS, Y, FUNCTION)                                                          \
    do {                                                                                                               \
        vec s[CHAINS][VECTORS] = {0};                                                                                  \
        for (int k = 0; k < TERMS; k += CHAINS)                                                                        \
            _Pragma("GCC unroll 4") for (int c = 0; c < CHAINS; c++)                                                   \
                _Pragma("GCC unroll 8") for (int n = 0; n < VECTORS; n++) s[c][n] += all(X[k + c]) * *at(W[k + c] + 16 * n); \
        for (int n = 0; n < VECTORS; n++) {                                                                            \
            vec y = *at(BIAS + 16 * n);                                                                                \
            for (int c = 0; c < CHAINS; c++)                                                                           \
                y += s[c][n];                                                                                          \
            *at(Y + 16 * n) = FUNCTION(y);                                                                             \
        }                                                                                                              \
    } while (0)

static void one_image(long times) {
    while (times--) {
        LINES float h1[128], h2[96], *flat = plane2[0];
        first_convolution();
        second_convolution();
        ROWS(8, 2, 400, flat, packed.w3, packed.b3, h1, positive);
        ROWS(6, 2, 120, h1, packed.w4, packed.b4, h2, positive);
        ROWS(1, 4, 84, h2, packed.w5, packed.b5, scores, );
        __asm__ volatile("" ::: "memory");
    }
}
