// The workloads by hand for one shape and one processor: static arrays, weights packed for the kernels, the optimiser's update
// beside the product that makes the gradient, AVX-512. LeNet-5 is in lenet.h and predict.h, the GRU in gru.h.
//
//   gcc -O3 -march=native -mprefer-vector-width=512 -fno-math-errno static.c -o static -lm
#include "workload.h"
#include "vectors.h"
#include "gru.h"
#include "lenet.h"
#include "predict.h"

// W1: 2-2-2 with sigmoids, mean squared error, weights in registers over all steps.
static struct { float w[4], b[2], v[4], c[2], loss; } mazur;
static volatile float mazur_x[2] = {0.05f, 0.10f}, mazur_t[2] = {0.01f, 0.99f};

static void mazur_start(void) {
    const float w[] = {0.15f, 0.20f, 0.25f, 0.30f}, v[] = {0.40f, 0.45f, 0.50f, 0.55f};
    memcpy(mazur.w, w, sizeof w), memcpy(mazur.v, v, sizeof v);
    mazur.b[0] = mazur.b[1] = 0.35f, mazur.c[0] = mazur.c[1] = 0.60f;
}

static inline void sigmoid(float *y, float a, float b) {
    __m128 e = exp128(_mm_set_ps(0, 0, -b, -a)), s = _mm_div_ps(_mm_set1_ps(1), _mm_add_ps(_mm_set1_ps(1), e));
    y[0] = s[0], y[1] = s[1];
}

static void mazur_steps(long steps) {
    typeof(mazur) n = mazur;
    while (steps--) {
        float x0 = mazur_x[0], x1 = mazur_x[1], h[2], y[2], d[2], g[2];
        sigmoid(h, n.w[0] * x0 + n.w[1] * x1 + n.b[0], n.w[2] * x0 + n.w[3] * x1 + n.b[1]);
        sigmoid(y, n.v[0] * h[0] + n.v[1] * h[1] + n.c[0], n.v[2] * h[0] + n.v[3] * h[1] + n.c[1]);
        float e0 = y[0] - mazur_t[0], e1 = y[1] - mazur_t[1];
        n.loss = 0.5f * (e0 * e0 + e1 * e1);
        d[0] = 0.5f * e0 * y[0] * (1 - y[0]), d[1] = 0.5f * e1 * y[1] * (1 - y[1]); // times the learning rate
        for (int i = 0; i < 2; i++)
            g[i] = (d[0] * n.v[i] + d[1] * n.v[2 + i]) * h[i] * (1 - h[i]);
        for (int i = 0; i < 2; i++) {
            n.v[2 * i] -= d[i] * h[0], n.v[2 * i + 1] -= d[i] * h[1], n.c[i] -= d[i];
            n.w[2 * i] -= g[i] * x0, n.w[2 * i + 1] -= g[i] * x1, n.b[i] -= g[i];
        }
    }
    mazur = n;
}

// W8: w of y = w x by mean squared error over four points.
static float line_w;
static volatile float line_x[4] = {1, 2, 3, 4}, line_y[4] = {2, 4, 6, 8};

static void line_steps(long steps) {
    float w = line_w;
    while (steps--) {
        float g = 0;
        for (int i = 0; i < 4; i++)
            g += (w * line_x[i] - line_y[i]) * line_x[i];
        w -= 0.01f * 0.5f * g;
    }
    line_w = w;
}

// W2 and W3: 784-128-10. The first weight lies in two panels of 64 outputs, the second one in rows of 16 of which 10 count.
enum { B = 64, I = 784, H = 128, C = 10 };
typedef struct { float w1[2][I][64], b1[H], w2[H][16], b2[16]; } Parameters;
static LINES Parameters p, m, v, g;
static LINES float x[B][I], h[B][H], dh[B][H], y[B][16], dy[B][16], w2t[16][H];
static int label[B], adam, step_number;
static float loss;

static void mlp_start(void) {
    memset(&p, 0, sizeof p), memset(&m, 0, sizeof m), memset(&v, 0, sizeof v);
    fill(x[0], B * I, 1, 1, 0.5f);
    for (int b = 0; b < B; b++)
        label[b] = (b * 7 + 3) % 10;
    for (int i = 0; i < I; i++)
        for (int o = 0; o < H; o++)
            p.w1[o / 64][i][o % 64] = value(i * H + o, 2) * scale(I);
    for (int i = 0; i < H; i++)
        for (int o = 0; o < C; o++)
            p.w2[i][o] = value(i * C + o, 4) * scale(H);
    fill(p.b1, H, 3, scale(I), 0), fill(p.b2, C, 5, scale(H), 0);
    step_number = 0;
}

static void forward(void) {
    for (int q = 0; q < 2; q++) {
        for (int b = 0; b < B; b++)
            memcpy(h[b] + 64 * q, p.b1 + 64 * q, 256);
        for (int k = 0; k < I; k += 112) {
            int b = 0;
            for (; b + 6 <= B; b += 6)
                tile_6_4(112, x[b] + k, I, 1, p.w1[q][k], 64, h[b] + 64 * q, H, 1);
            tile_4_4(112, x[b] + k, I, 1, p.w1[q][k], 64, h[b] + 64 * q, H, 1);
        }
    }
    for (int i = 0; i < B * H; i += 16)
        *at(h[0] + i) = positive(*at(h[0] + i));
    for (int b = 0; b < B; b += 8) {
        for (int r = 0; r < 8; r++)
            memcpy(y[b + r], p.b2, 64);
        tile_8_1(H, h[b], H, 1, p.w2[0], 16, y[b], 16, 1);
    }
}

// Softmax and cross entropy: dy = (softmax(y) - onehot) / B.
static void cross_entropy(void) {
    loss = 0;
    for (int b = 0; b < B; b++) {
        __m512 z = _mm512_mask_mov_ps(_mm512_set1_ps(-INFINITY), 0x3ff, _mm512_loadu_ps(y[b]));
        float most = _mm512_reduce_max_ps(z);
        __m512 e = _mm512_maskz_mov_ps(0x3ff, exp512(_mm512_max_ps(_mm512_sub_ps(z, _mm512_set1_ps(most)), _mm512_set1_ps(-87))));
        float sum = _mm512_reduce_add_ps(e);
        loss += logf(sum) - (y[b][label[b]] - most);
        _mm512_storeu_ps(dy[b], _mm512_mul_ps(e, _mm512_set1_ps(1.0f / (sum * B))));
        dy[b][label[b]] -= 1.0f / B;
    }
    loss /= B;
}

// Parameters from..from + count, by the gradient that lies in the cache.
static inline void update(long from, int count) {
    float *pw = (float *)&p + from, *pm = (float *)&m + from, *pv = (float *)&v + from, *pg = (float *)&g + from;
    if (!adam) {
        for (int i = 0; i < count; i += 16) {
            vec velocity = all(0.9f) * *at(pm + i) + *at(pg + i);
            *at(pm + i) = velocity;
            *at(pw + i) -= all(0.01f) * velocity;
        }
        return;
    }
    vec rate = all(1e-3f / (1 - powf(0.9f, step_number))), correction = all(1 / sqrtf(1 - powf(0.999f, step_number)));
    for (int i = 0; i < count; i += 16) {
        vec d = *at(pg + i), mean = all(0.9f) * *at(pm + i) + all(0.1f) * d;
        vec square = all(0.999f) * *at(pv + i) + all(0.001f) * d * d;
        *at(pm + i) = mean, *at(pv + i) = square;
        *at(pw + i) -= rate * mean / (root(square) * correction + all(1e-8f));
    }
}

static void sums(float *to, const float *rows, int columns) {
    for (int o = 0; o < columns; o += 16) {
        vec s = all(0);
        for (int b = 0; b < B; b++)
            s += *at((float *)rows + b * columns + o);
        *at(to + o) = s;
    }
}

#define PLACE(field) ((float *)&p.field - (float *)&p)

static void mlp_steps(long steps) {
    while (steps--) {
        forward();
        cross_entropy();
        step_number++;
        for (int i = 0; i < H; i += 16)
            tile_16_1(B, h[0] + i, 1, H, dy[0], 16, g.w2[i], 16, 0);
        sums(g.b2, dy[0], 16);
        for (int i = 0; i < H; i++)
            for (int o = 0; o < C; o++)
                w2t[o][i] = p.w2[i][o];
        for (int q = 0; q < H; q += 64)
            for (int b = 0; b < B; b += 4)
                tile_4_4(C, dy[b], 16, 1, w2t[0] + q, H, dh[b] + q, H, 0);
        for (int i = 0; i < B * H; i += 16) {
            __mmask16 on = _mm512_cmp_ps_mask(_mm512_loadu_ps(h[0] + i), _mm512_setzero_ps(), _CMP_GT_OQ);
            _mm512_storeu_ps(dh[0] + i, _mm512_maskz_loadu_ps(on, dh[0] + i));
        }
        sums(g.b1, dh[0], H);
        for (int q = 0; q < 2; q++)
            for (int i = 0; i < I; i += 7) {
                tile_7_4(B, x[0] + i, 1, I, dh[0] + 64 * q, H, g.w1[q][i], 64, 0);
                update(PLACE(w1[q][i][0]), 7 * 64);
            }
        update(PLACE(w2[0][0]), H * 16), update(PLACE(b1[0]), H), update(PLACE(b2[0]), 16);
    }
}

static void predictions(long times) {
    while (times--) {
        forward();
        __asm__ volatile("" ::: "memory");
    }
}

static void one_prediction(long times) {
    while (times--) {
        LINES float hidden[H];
        for (int q = 0; q < 2; q++) {
            vec s[4][4] = {0};
            for (int k = 0; k < I; k += 4)
                _Pragma("GCC unroll 4") for (int u = 0; u < 4; u++) _Pragma("GCC unroll 4") for (int n = 0; n < 4; n++)
                    s[u][n] += all(x[0][k + u]) * *at(p.w1[q][k + u] + 16 * n);
            for (int n = 0; n < 4; n++)
                *at(hidden + 64 * q + 16 * n) =
                    positive(s[0][n] + s[1][n] + (s[2][n] + s[3][n]) + *at(p.b1 + 64 * q + 16 * n));
        }
        vec s[8] = {0};
        for (int k = 0; k < H; k += 8)
            _Pragma("GCC unroll 8") for (int u = 0; u < 8; u++) s[u] += all(hidden[k + u]) * *at(p.w2[k + u]);
        *at(y[0]) = ((s[0] + s[1]) + (s[2] + s[3])) + ((s[4] + s[5]) + (s[6] + s[7])) + *at(p.b2);
        __asm__ volatile("" ::: "memory");
    }
}

int main(int count, char **names) {
    argument_count = count, arguments = names;
    if (wanted("W1"))
        mazur_start(), mazur_steps(1000), measure("W1", mazur.loss, mazur_steps);
    for (adam = 0; adam < 2; adam++) {
        const char *name = adam ? "W2_adam" : "W2_sgd";
        if (!wanted(name))
            continue;
        mlp_start(), mlp_steps(20);
        double check = loss;
        mlp_start(), measure(name, check, mlp_steps);
    }
    mlp_start();
    if (wanted("W3_b1"))
        one_prediction(1), measure("W3_b1", checksum(y[0], 10, 16, 10), one_prediction);
    if (wanted("W3_b64"))
        predictions(1), measure("W3_b64", checksum(y[0], 640, 16, 10), predictions);
    if (wanted("W4")) {
        lenet_start(), lenet_steps(10);
        double check = lenet_loss;
        lenet_start(), measure("W4", check, lenet_steps);
    }
    if (wanted("W5"))
        one_image_start(), one_image(1), measure("W5", checksum(scores, 10, 10, 10), one_image);
    if (wanted("W8")) {
        line_steps(10);
        double check = line_w;
        measure("W8", check, line_steps);
    }
    if (wanted("W9"))
        gru_start(), gru(1), measure("W9", checksum(gru_h, UNITS, UNITS, UNITS), gru);
}
