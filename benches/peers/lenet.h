// W4: LeNet-5 on 32 images. Samples lie innermost: a vector is one number of 16 samples, and a weight one factor for all of them.
enum { N = 32 };
typedef float Samples[N];
typedef uint16_t Winners[4]; // for each place of a window, the samples that have the largest positive number there

// Weights [output][input][row][column] and [in][out], as in the files of this crate and of those that it is compared with.
static struct { float w1[6][1][5][5], b1[6], w2[16][6][5][5], b2[16]; } convolutions;
static struct { float w1[400][120], b1[120], w2[120][84], b2[84], w3[84][10], b3[10]; } layers;
static LINES Samples image[1][32][32], pooled1[6][14][14], pooled2[16][5][5], dense1[120], dense2[84], logits[10], dlogits[10],
    ddense2[84], ddense1[120], dpooled2[16][5][5], dpooled1[6][14][14], dwindow1[6][28][28], dwindow2[16][10][18];
static Winners winners1[6][14][14][2], winners2[16][5][5][2];
static float digits[N][784];
static int digit[N];
static float lenet_loss;

static void lenet_start(void) {
    fill(digits[0], N * 784, 11, 1, 0.5f);
    for (int b = 0; b < N; b++) {
        digit[b] = (b * 7 + 3) % 10;
        for (int i = 0; i < 784; i++)
            image[0][i / 28 + 2][i % 28 + 2][b] = digits[b][i];
    }
    fill(convolutions.w1[0][0][0], 150, 12, scale(25), 0), fill(convolutions.b1, 6, 13, scale(25), 0);
    fill(convolutions.w2[0][0][0], 2400, 14, scale(150), 0), fill(convolutions.b2, 16, 15, scale(150), 0);
    fill(layers.w1[0], 48000, 16, scale(400), 0), fill(layers.b1, 120, 17, scale(400), 0);
    fill(layers.w2[0], 10080, 18, scale(120), 0), fill(layers.b2, 84, 19, scale(120), 0);
    fill(layers.w3[0], 840, 20, scale(84), 0), fill(layers.b3, 10, 21, scale(84), 0);
}

static inline vec larger(vec a, vec b) { return (vec)_mm512_max_ps((__m512)a, (__m512)b); }
static inline vec where(__mmask16 on, vec a) { return (vec)_mm512_maskz_mov_ps(on, (__m512)a); }
static inline __mmask16 equal(vec a, vec b) { return _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_EQ_OQ); }
static inline __mmask16 above_zero(vec a) { return _mm512_cmp_ps_mask((__m512)a, _mm512_setzero_ps(), _CMP_GT_OQ); }
static inline float sum(vec a) { return _mm512_reduce_add_ps((__m512)a); }

// The largest of a window where it is above 0, and which one it is: the first one of equals.
static inline vec pool(const vec *window, Winners winners) {
    vec most = larger(larger(window[0], window[1]), larger(window[2], window[3]));
    __mmask16 left = above_zero(most);
    _Pragma("GCC unroll 4") for (int place = 0; place < 4; place++) {
        winners[place] = equal(window[place], most) & left;
        left &= ~winners[place];
    }
    return positive(most);
}

// A convolution, ReLU and the largest of 2 x 2: CHANNELS x 4 sums, of one window each.
#define CONVOLUTION(NAME, INPUTS, OUTPUTS, CHANNELS, SIDE)                                                             \
    static void NAME(Samples x[INPUTS][SIDE][SIDE], float w[OUTPUTS][INPUTS][5][5], float *b,                          \
                     Samples y[OUTPUTS][SIDE / 2 - 2][SIDE / 2 - 2],                                                   \
                     Winners winners[OUTPUTS][SIDE / 2 - 2][SIDE / 2 - 2][2]) {                                        \
        for (int o = 0; o < OUTPUTS; o += CHANNELS)                                                                    \
            for (int half = 0; half < 2; half++)                                                                       \
                for (int row = 0; row < SIDE / 2 - 2; row++)                                                           \
                    for (int column = 0; column < SIDE / 2 - 2; column++) {                                            \
                        vec s[CHANNELS][4];                                                                            \
                        for (int c = 0; c < CHANNELS; c++)                                                             \
                            s[c][0] = s[c][1] = s[c][2] = s[c][3] = all(b[o + c]);                                     \
                        for (int i = 0; i < INPUTS; i++)                                                               \
                            for (int ky = 0; ky < 5; ky++)                                                             \
                                _Pragma("GCC unroll 5") for (int kx = 0; kx < 5; kx++) {                               \
                                    Samples *from = &x[i][2 * row + ky][2 * column + kx];                              \
                                    vec v[4];                                                                          \
                                    _Pragma("GCC unroll 4") for (int place = 0; place < 4; place++)                    \
                                        v[place] = *at(from[place / 2 * SIDE + place % 2] + 16 * half);                \
                                    _Pragma("GCC unroll 6") for (int c = 0; c < CHANNELS; c++)                         \
                                        _Pragma("GCC unroll 4") for (int place = 0; place < 4; place++)                \
                                            s[c][place] += all(w[o + c][i][ky][kx]) * v[place];                        \
                                }                                                                                      \
                        for (int c = 0; c < CHANNELS; c++)                                                             \
                            *at(y[o + c][row][column] + 16 * half) = pool(s[c], winners[o + c][row][column][half]);    \
                    }                                                                                                  \
    }
CONVOLUTION(convolution1, 1, 6, 6, 32)
CONVOLUTION(convolution2, 6, 16, 4, 14)

// out[o] = b[o] + sum over i of w[i][o] in[i], OUT outputs at a time.
#define DENSE(NAME, INPUTS, OUTPUTS, OUT, FUNCTION)                                                                    \
    static void NAME(Samples *in, float w[INPUTS][OUTPUTS], float *b, Samples *out) {                                  \
        for (int o = 0; o < OUTPUTS; o += OUT) {                                                                       \
            vec s[OUT][2];                                                                                             \
            for (int c = 0; c < OUT; c++)                                                                              \
                s[c][0] = s[c][1] = all(b[o + c]);                                                                     \
            for (int i = 0; i < INPUTS; i++) {                                                                         \
                vec low = *at(in[i]), high = *at(in[i] + 16);                                                          \
                _Pragma("GCC unroll 12") for (int c = 0; c < OUT; c++)                                                 \
                    s[c][0] += all(w[i][o + c]) * low, s[c][1] += all(w[i][o + c]) * high;                             \
            }                                                                                                          \
            for (int c = 0; c < OUT; c++)                                                                              \
                *at(out[o + c]) = FUNCTION(s[c][0]), *at(out[o + c] + 16) = FUNCTION(s[c][1]);                         \
        }                                                                                                              \
    }
DENSE(dense_1, 400, 120, 12, positive)
DENSE(dense_2, 120, 84, 12, positive)
DENSE(dense_3, 84, 10, 10, )

// din[i] = sum over o of w[i][o] dout[o] where y[i] is above 0, IN inputs at a time.
#define DENSE_BACK(NAME, INPUTS, OUTPUTS, IN)                                                                          \
    static void NAME(float w[INPUTS][OUTPUTS], Samples *dout, Samples *y, Samples *din) {                              \
        for (int i = 0; i < INPUTS; i += IN) {                                                                         \
            vec s[IN][2] = {0};                                                                                        \
            for (int o = 0; o < OUTPUTS; o++) {                                                                        \
                vec low = *at(dout[o]), high = *at(dout[o] + 16);                                                      \
                _Pragma("GCC unroll 12") for (int c = 0; c < IN; c++)                                                  \
                    s[c][0] += all(w[i + c][o]) * low, s[c][1] += all(w[i + c][o]) * high;                             \
            }                                                                                                          \
            for (int c = 0; c < IN; c++)                                                                               \
                for (int half = 0; half < 32; half += 16)                                                              \
                    *at(din[i + c] + half) = where(above_zero(*at(y[i + c] + half)), s[c][half / 16]);                 \
        }                                                                                                              \
    }
DENSE_BACK(dense_1_back, 400, 120, 10)
DENSE_BACK(dense_2_back, 120, 84, 12)
DENSE_BACK(dense_3_back, 84, 10, 12)

// w -= rate times the product of in and dout, four rows at a time; dout is transposed for it.
#define DENSE_UPDATE(NAME, INPUTS, OUTPUTS, WIDE, VECTORS)                                                             \
    static void NAME(Samples *in, Samples *dout, float w[INPUTS][OUTPUTS], float *b) {                                 \
        static LINES float rows[N][WIDE], dw[4][WIDE];                                                                \
        for (int o = 0; o < OUTPUTS; o++) {                                                                            \
            for (int n = 0; n < N; n++)                                                                                \
                rows[n][o] = dout[o][n];                                                                               \
            b[o] -= 0.01f * sum(*at(dout[o]) + *at(dout[o] + 16));                                                     \
        }                                                                                                              \
        for (int i = 0; i < INPUTS; i += 4) {                                                                          \
            for (int o = 0; o < WIDE; o += 16 * VECTORS)                                                               \
                tile_4_##VECTORS(N, in[i], N, 1, rows[0] + o, WIDE, dw[0] + o, WIDE, 0);                               \
            for (int r = 0; r < 4; r++)                                                                                \
                for (int o = 0; o < OUTPUTS; o++)                                                                      \
                    w[i + r][o] -= 0.01f * dw[r][o];                                                                   \
        }                                                                                                              \
    }
DENSE_UPDATE(dense_1_update, 400, 120, 128, 4)
DENSE_UPDATE(dense_2_update, 120, 84, 96, 3)
DENSE_UPDATE(dense_3_update, 84, 10, 16, 1)

// The gradient of a pooled plane at the places of its windows, from column LEFT on; and that of the bias.
#define POOL_BACK(NAME, CHANNELS, SIDE, WIDTH, LEFT)                                                                   \
    static void NAME(Samples dy[CHANNELS][SIDE / 2][SIDE / 2], Winners winners[CHANNELS][SIDE / 2][SIDE / 2][2],       \
                     Samples dx[CHANNELS][SIDE][WIDTH], float *b) {                                                    \
        for (int c = 0; c < CHANNELS; c++) {                                                                           \
            vec s = all(0);                                                                                            \
            for (int row = 0; row < SIDE / 2; row++)                                                                   \
                for (int column = 0; column < SIDE / 2; column++)                                                      \
                    for (int half = 0; half < 2; half++)                                                               \
                        _Pragma("GCC unroll 4") for (int place = 0; place < 4; place++) {                              \
                            vec d = where(winners[c][row][column][half][place], *at(dy[c][row][column] + 16 * half));  \
                            *at(dx[c][2 * row + place / 2][LEFT + 2 * column + place % 2] + 16 * half) = d;            \
                            s += d;                                                                                    \
                        }                                                                                              \
            b[c] -= 0.01f * sum(s);                                                                                    \
        }                                                                                                              \
    }
POOL_BACK(pool_1_back, 6, 28, 28, 0)
POOL_BACK(pool_2_back, 16, 10, 18, 4)

// w -= rate times the sums over samples and places of d at a place and x at the tap's distance from it: CHANNELS x 5 sums.
#define CONVOLUTION_UPDATE(NAME, INPUTS, OUTPUTS, CHANNELS, SIDE, WIDTH, LEFT)                                         \
    static void NAME(Samples x[INPUTS][SIDE][SIDE], Samples d[OUTPUTS][SIDE - 4][WIDTH], float w[OUTPUTS][INPUTS][5][5]) { \
        for (int o = 0; o < OUTPUTS; o += CHANNELS)                                                                    \
            for (int i = 0; i < INPUTS; i++)                                                                           \
                for (int ky = 0; ky < 5; ky++) {                                                                       \
                    vec s[CHANNELS][5] = {0};                                                                          \
                    for (int row = 0; row < SIDE - 4; row++)                                                           \
                        for (int column = 0; column < SIDE - 4; column++)                                              \
                            for (int half = 0; half < 32; half += 16) {                                                \
                                vec v[5];                                                                              \
                                _Pragma("GCC unroll 5") for (int kx = 0; kx < 5; kx++)                                 \
                                    v[kx] = *at(x[i][row + ky][column + kx] + half);                                   \
                                _Pragma("GCC unroll 4") for (int c = 0; c < CHANNELS; c++) {                           \
                                    vec f = *at(d[o + c][row][LEFT + column] + half);                                  \
                                    _Pragma("GCC unroll 5") for (int kx = 0; kx < 5; kx++) s[c][kx] += f * v[kx];      \
                                }                                                                                      \
                            }                                                                                          \
                    for (int c = 0; c < CHANNELS; c++)                                                                 \
                        for (int kx = 0; kx < 5; kx++)                                                                 \
                            w[o + c][i][ky][kx] -= 0.01f * sum(s[c][kx]);                                              \
                }                                                                                                      \
    }
CONVOLUTION_UPDATE(convolution1_update, 1, 6, 3, 32, 28, 0)
CONVOLUTION_UPDATE(convolution2_update, 6, 16, 4, 14, 18, 4)

// The gradient of the second convolution's input: seven columns of three channels at a time, by the rows of weights that reach it.
static void convolution2_back(void) {
    for (int half = 0; half < 32; half += 16)
        for (int row = 0; row < 14; row++)
            for (int i = 0; i < 6; i += 3)
                for (int column = 0; column < 14; column += 7) {
                    vec s[3][7] = {0};
                    int least = row < 10 ? 0 : row - 9, most = row < 4 ? row : 4;
                    for (int o = 0; o < 16; o++)
                        for (int ky = least; ky <= most; ky++)
                            _Pragma("GCC unroll 5") for (int kx = 0; kx < 5; kx++) {
                                Samples *from = &dwindow2[o][row - ky][column + 4 - kx];
                                vec v[7];
                                _Pragma("GCC unroll 7") for (int t = 0; t < 7; t++) v[t] = *at(from[t] + half);
                                _Pragma("GCC unroll 3") for (int c = 0; c < 3; c++)
                                    _Pragma("GCC unroll 7") for (int t = 0; t < 7; t++)
                                        s[c][t] += all(convolutions.w2[o][i + c][ky][kx]) * v[t];
                            }
                    for (int c = 0; c < 3; c++)
                        for (int t = 0; t < 7; t++)
                            *at(dpooled1[i + c][row][column + t] + half) = s[c][t];
                }
}

// Softmax and cross entropy of 16 samples at a time.
static void lenet_cross_entropy(void) {
    lenet_loss = 0;
    for (int half = 0; half < 32; half += 16) {
        vec most = *at(logits[0] + half), total = all(0), e[10];
        for (int o = 1; o < 10; o++)
            most = larger(most, *at(logits[o] + half));
        for (int o = 0; o < 10; o++)
            total += e[o] = (vec)exp512((__m512)larger(*at(logits[o] + half) - most, all(-87)));
        for (int o = 0; o < 10; o++)
            *at(dlogits[o] + half) = e[o] / (total * all(N));
        for (int n = 0; n < 16; n++) {
            int label = digit[half + n];
            lenet_loss += logf(total[n]) - (logits[label][half + n] - most[n]);
            dlogits[label][half + n] -= 1.0f / N;
        }
    }
    lenet_loss /= N;
}

static void lenet_steps(long steps) {
    while (steps--) {
        convolution1(image, convolutions.w1, convolutions.b1, pooled1, winners1);
        convolution2(pooled1, convolutions.w2, convolutions.b2, pooled2, winners2);
        dense_1(pooled2[0][0], layers.w1, layers.b1, dense1);
        dense_2(dense1, layers.w2, layers.b2, dense2);
        dense_3(dense2, layers.w3, layers.b3, logits);
        lenet_cross_entropy();
        dense_3_back(layers.w3, dlogits, dense2, ddense2), dense_3_update(dense2, dlogits, layers.w3, layers.b3);
        dense_2_back(layers.w2, ddense2, dense1, ddense1), dense_2_update(dense1, ddense2, layers.w2, layers.b2);
        dense_1_back(layers.w1, ddense1, pooled2[0][0], dpooled2[0][0]);
        dense_1_update(pooled2[0][0], ddense1, layers.w1, layers.b1);
        pool_2_back(dpooled2, winners2, dwindow2, convolutions.b2);
        convolution2_back(), convolution2_update(pooled1, dwindow2, convolutions.w2);
        pool_1_back(dpooled1, winners1, dwindow1, convolutions.b1);
        convolution1_update(image, dwindow1, convolutions.w1);
    }
}
